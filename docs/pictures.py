"""``python -m docs.pictures``: the README's picture, taken from the report of the example city, and
how sure routing is of what it says (``docs/routing.csv``, as ``make bars ONLY=voice_1`` measured).
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from shixiao.checkup import Question, evaluate
from shixiao.checkup.report import report_html
from shixiao.effect import Comparison
from shixiao.pictures import IntervalRow, as_file, interval_plot
from shixiao.potemkin import write_example_city
from shixiao.settings import Settings
from shixiao.statistics import wilson_bounds
from shixiao.terms import Estimate, Text

IMAGES = Path(__file__).parent / "images"
TITLES = {"zh": "办事长卷", "en": "Journey"}
ROUTING = Path(__file__).parent / "routing.csv"
TENTH = Text("边距 {low} 至 {high}", "Margin {low} to {high}")
RIGHT = Text("判对的比例（%）", "share that is right, %")
SURE = Text("边距越大，判对的越多", "The larger the margin, the more are right")


def main() -> None:
    """Write all pictures of the docs, in each language."""
    journey()
    for language in TITLES:
        picture = interval_plot(
            routing(), unit=RIGHT, language=language, title=SURE, digits=1, id_prefix="routing"
        )
        (IMAGES / f"routing.{language}.svg").write_text(as_file(picture) + "\n", "utf-8")
        print(f"docs/images/routing.{language}.svg")


def routing() -> list[IntervalRow]:
    """Return tenths of the training messages by margin, with the share that was sorted right."""
    with ROUTING.open(encoding="utf-8", newline="") as file:
        tenths = list(csv.DictReader(file))
    rows = []
    for tenth in tenths:
        n, right = int(tenth["n"]), int(tenth["right"])
        low, high = (100 * float(bound) for bound in wilson_bounds(right, n))
        name = TENTH.format(low=tenth["from"], high=tenth["to"])
        rows.append(IntervalRow(name, Estimate(100 * right / n, low, high, n)))
    return rows


def journey() -> None:
    """Write the first wide ribbon of each language."""
    with TemporaryDirectory() as folder:
        city = write_example_city(Path(folder) / "city")
        settings = Settings(Path(folder) / "store", "an example key", 1024, 2, "zh")
        question = Question(paths=(city,), comparison=Comparison("channel", "online", "counter"))
        page = report_html(evaluate(question, settings=settings, progress=lambda _: None))
    IMAGES.mkdir(exist_ok=True)
    for language, title in TITLES.items():
        pictures = re.findall(r"<svg\b.*?</svg>", page, flags=re.DOTALL)
        wide = next(p for p in pictures if re.search(rf"<title[^>]*>{title}", p))
        (IMAGES / f"journey.{language}.svg").write_text(as_file(wide) + "\n", "utf-8")
        print(f"docs/images/journey.{language}.svg")


if __name__ == "__main__":
    main()
