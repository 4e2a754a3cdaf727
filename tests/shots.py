"""``make shots``: the report of the example city as a person sees it, into build/shots.

Both languages, on a desktop, on a phone, and printed on A4.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, sync_playwright

from shixiao.checkup import Question, evaluate
from shixiao.checkup.report import report_html
from shixiao.effect import Comparison
from shixiao.potemkin import write_example_city
from shixiao.settings import Settings

SHOTS = Path(__file__).parents[1] / "build" / "shots"
WIDTHS = {"desktop": 1280, "phone": 390}
CHROMIUM = "/usr/bin/chromium"


def take(browser: Browser, page_file: Path, folder: Path) -> list[Path]:
    """Photograph one page in every language and width, and print it."""
    taken = []
    for language in ("zh", "en"):
        for name, width in WIDTHS.items():
            page = browser.new_page(viewport={"width": width, "height": 900})
            page.goto(f"{page_file.as_uri()}#{language}")
            target = folder / f"{page_file.stem}-{name}-{language}.png"
            page.screenshot(path=target, full_page=True)
            taken.append(target)
            page.close()
        page = browser.new_page()
        page.goto(f"{page_file.as_uri()}#{language}")
        target = folder / f"{page_file.stem}-{language}.pdf"
        page.pdf(path=target, format="A4", print_background=True)
        taken.append(target)
        page.close()
    return taken


def main() -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        city = write_example_city(folder / "city")
        settings = Settings(folder / "store", "an example key", 1024, 2, "zh")
        question = Question(paths=(city,), comparison=Comparison("channel", "online", "counter"))
        page_file = folder / "report.html"
        found = evaluate(question, settings=settings, progress=lambda _: None)
        page_file.write_text(report_html(found), "utf-8")
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        for _shot in take(browser, page_file, SHOTS):
            pass
        browser.close()


if __name__ == "__main__":
    main()
