"""``make shots``: the reports and the site as a person sees them, into build/shots.

The example city (two channels of twelve services), a small city with planted findings (its report,
its summary, the list of services and the page of the service that could save most) and, where
../shared/data is present, the receipt phase of a real permit process: in both languages, on a
desktop, on a phone, and on A4 paper (as PDF, and as one long picture in the width of the printed
column). Of the site, every page that ``tests.web.pages`` names, and one sheet of them all
(``make shots ONLY=site`` for these alone).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from shixiao.checkup import Evaluation, Question, evaluate
from shixiao.checkup.delivery import deliver
from shixiao.checkup.report.lookup import Lookup
from shixiao.checkup.savings import by_service
from shixiao.effect import Comparison
from shixiao.potemkin import write_example_city
from shixiao.potemkin.city import write_city
from shixiao.settings import Settings
from tests.web.shots import photograph

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
    town = write_city(folder / "town", size="small", seed=5, truth=folder / "truth.json")
    yield "city", Question(paths=(town,))
    if RECEIPT.is_file():
        comparison = Comparison("channel", "Internet", "Desk")
        yield "receipt", Question(paths=(RECEIPT,), comparison=comparison, calendar="cn")


def pages(evaluation: Evaluation, folder: Path) -> Iterator[tuple[str, Path]]:
    """Return the pages of a delivered evaluation that are photographed, by name."""
    yield "report", folder / "report.html"
    lookup = Lookup(evaluation)
    if lookup.city:
        yield "summary", folder / "summary.html"
        yield "services", folder / "services" / "index.html"
    for saved in by_service(lookup.savings)[:1]:
        yield "service", folder / "services" / lookup.page(saved.subject)


def take(browser: Browser, page_file: Path, stem: str, folder: Path) -> None:
    """Photograph one page in every language and width, and print it."""
    for language in ("zh", "en"):
        address = f"{page_file.as_uri()}#{language}"
        for name, width in WIDTHS.items():
            page = browser.new_page(viewport={"width": width, "height": 900})
            page.goto(address)
            target = folder / f"{stem}-{name}-{language}.png"
            page.screenshot(path=target, full_page=True)
            page.close()
        page = browser.new_page(viewport={"width": PAPER, "height": 1000})
        page.goto(address)
        page.emulate_media(media="print")
        printed = f"{stem}-print-{language}"
        page.screenshot(path=folder / f"{printed}.png", full_page=True)
        page.pdf(path=folder / f"{printed}.pdf", prefer_css_page_size=True, print_background=True)
        page.close()


def reports(browser: Browser) -> None:
    """Evaluate, deliver beside the pictures, and photograph the pages."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(folder / "store", "an example key", 1024, 2, "zh")
        for report, question in questions(folder):
            found = evaluate(question, settings=settings, progress=lambda _: None)
            deliver(found, SHOTS / report)
            for part, page_file in pages(found, SHOTS / report):
                take(browser, page_file, f"{report}-{part}", SHOTS)


def main() -> None:
    """Photograph the reports and the site, or what is named on the command line."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    asked = sys.argv[1:] or ["reports", "site"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        if "reports" in asked:
            reports(browser)
        if "site" in asked:
            photograph(browser, SHOTS / "site")
        browser.close()


if __name__ == "__main__":
    main()
