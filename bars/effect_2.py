"""Bar 2: the receipt log, Internet against Desk."""

from __future__ import annotations

from bars.data import RECEIPT, WORK
from bars.outcome import Outcome
from shixiao.checkup import Question, evaluate
from shixiao.effect import Comparison
from shixiao.effect import measure as named
from shixiao.settings import Settings

# Value, low and high as the bar states them; the bootstrap's own error is about a hundredth.
EXPECTED = {"steps": (0.99, 0.91, 1.08), "handoffs": (0.76, 0.61, 0.98)}
TOLERANCE = 0.02


def measure(*, full: bool) -> list[Outcome]:
    del full  # the log is small: tests measure the same
    settings = Settings(WORK / "store", "a key for bars", 3072, 2, "en")
    question = Question(paths=(RECEIPT,), comparison=Comparison("channel", "Internet", "Desk"))
    found = evaluate(question, settings=settings, progress=lambda _: None)
    outcomes = []
    for item in found.compared:
        if item.measure not in EXPECTED or item.suggested:
            continue
        ratio = item.ratio
        numbers = (ratio.value or 0.0, ratio.low or 0.0, ratio.high or 0.0)
        near = all(
            abs(a - b) <= TOLERANCE for a, b in zip(numbers, EXPECTED[item.measure], strict=True)
        )
        bar = "about {} ({}–{})".format(*EXPECTED[item.measure])
        outcomes.append(
            Outcome(
                f"ratio of {item.measure}", "{:.3f} ({:.3f}–{:.3f})".format(*numbers), bar, near
            )
        )
    (verdict,) = found.verdicts
    lacking = " ".join(text.en for text in verdict.missing)
    for name in ("materials", "visits"):
        title = named(name).name.en
        outcomes.append(
            Outcome(
                f"the verdict names that {name} are missing",
                title in lacking,
                "yes",
                title in lacking,
            )
        )
    return outcomes
