"""The project's own bars as an appraisal scheme: what we hold others to, we hold ourselves to."""

from __future__ import annotations

from pathlib import Path

from bars.outcome import Outcome
from shixiao.checkup.schemes import Appraisal, appraise, read_scheme
from shixiao.rules import load_pack

FOLDER = Path(__file__).parent
LISTS = {"Chinese": FOLDER / "own_bars.csv", "English": FOLDER / "own_bars.en.csv"}
BARS = 15  # six of EFFECT, seven of FORMALISM, two of PLATFORM


def appraised(path: Path) -> Appraisal:
    """Put one rendering of the list on the scales."""
    return appraise(read_scheme(path), rules=load_pack())


def outcomes() -> list[Outcome]:
    """Return the weight on show of the list in both languages."""
    measured = []
    for language, path in LISTS.items():
        found = appraised(path)
        complete = len(found.judged) == BARS
        measured.append(
            Outcome(
                f"weight on show of our own {BARS} bars in {language}",
                found.weight_on_show,
                "0",
                found.weight_on_show == 0 and complete,
            )
        )
    return measured
