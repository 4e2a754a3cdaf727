"""``make shots``: the reports as a person sees them, into build/shots.

The example city (two channels of twelve services) and, where ../shared/data is present, the receipt
phase of a real permit process: in both languages, on a desktop, on a phone, and on A4 paper (as
PDF, and as one long picture in the width of the printed column).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from shixiao.checkup import Question, evaluate
from shixiao.checkup.report import report_html
from shixiao.effect import Comparison
from shixiao.potemkin import write_example_city
from shixiao.settings import Settings

ROOT = Path(__file__).parents[1]
SHOTS = ROOT / "build" / "shots"
RECEIPT = ROOT.parent / "shared" / "data" / "logs" / "receipt.xes.gz"
WIDTHS = {"desktop": 1280, "phone": 390}
PAPER = 702  # CSS px between the margins of A4
CHROMIUM = "/usr/bin/chromium"


def questions(folder: Path) -> Iterator[tuple[str, Question]]:
    """Return the reports to photograph by name."""
    city = write_example_city(folder / "city")
    yield "demo", Question(paths=(city,), comparison=Comparison("channel", "online", "counter"))
    if RECEIPT.is_file():
        comparison = Comparison("channel", "Internet", "Desk")
        yield "receipt", Question(paths=(RECEIPT,), comparison=comparison, calendar="cn")


def take(browser: Browser, page_file: Path, folder: Path) -> None:
    """Photograph one report in every language and width, and print it."""
    for language in ("zh", "en"):
        address = f"{page_file.as_uri()}#{language}"
        for name, width in WIDTHS.items():
            page = browser.new_page(viewport={"width": width, "height": 900})
            page.goto(address)
            target = folder / f"{page_file.stem}-{name}-{language}.png"
            page.screenshot(path=target, full_page=True)
            page.close()
        page = browser.new_page(viewport={"width": PAPER, "height": 1000})
        page.goto(address)
        page.emulate_media(media="print")
        stem = f"{page_file.stem}-print-{language}"
        page.screenshot(path=folder / f"{stem}.png", full_page=True)
        page.pdf(path=folder / f"{stem}.pdf", prefer_css_page_size=True, print_background=True)
        page.close()


def main() -> None:
    """Evaluate, write the reports beside their pictures, and photograph them."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        settings = Settings(folder / "store", "an example key", 1024, 2, "zh")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for report, question in questions(folder):
            found = evaluate(question, settings=settings, progress=lambda _: None)
            page_file = SHOTS / f"{report}.html"
            page_file.write_text(report_html(found), "utf-8")
            take(browser, page_file, SHOTS)
        browser.close()


if __name__ == "__main__":
    main()
