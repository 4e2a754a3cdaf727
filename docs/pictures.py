"""``python -m docs.pictures``: the README's picture, taken from the report of the example city."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from shixiao.checkup import Question, evaluate
from shixiao.checkup.report import report_html
from shixiao.effect import Comparison
from shixiao.pictures import as_file
from shixiao.potemkin import write_example_city
from shixiao.settings import Settings

IMAGES = Path(__file__).parent / "images"
TITLES = {"zh": "办事长卷", "en": "Journey"}


def main() -> None:
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
