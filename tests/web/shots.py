"""Pictures of every page of the site, and one sheet of them all."""

from __future__ import annotations

import html
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any, NamedTuple
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from playwright.sync_api import Browser


class View(NamedTuple):
    """How a page is looked at; ``wide`` is its width on the sheet, in px."""

    screen: str
    elder: str
    language: str
    wide: int

    @property
    def name(self) -> str:
        """Return what the picture is called."""
        print_size = "" if self.elder == "off" else "-large"
        return f"{self.screen}{print_size}-{self.language}"


VIEWS = tuple(
    View(screen, elder, language, wide)
    for screen, elder, wide in (
        ("desktop", "off", 360),
        ("phone", "off", 150),
        ("phone", "on", 150),
    )
    for language in ("zh", "en")
)
SHEET = """<!doctype html><meta charset="utf-8"><style>
body{font:13px sans-serif;margin:24px;width:1400px;background:#E3E8ED}
section{margin-bottom:24px}h2{font-size:15px;margin:0 0 6px}
div{display:flex;gap:12px;align-items:flex-start}
img{display:block;max-height:620px;object-fit:cover;object-position:top;border:1px solid #9AA6B2}
</style>"""


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (named so by its parent)
        """Say nothing."""


@contextmanager
def site() -> Iterator[str]:
    """Serve the site with records of its own; return its address."""
    with TemporaryDirectory() as folder:
        os.environ |= {
            "SHIXIAO_DATA": folder,
            "SHIXIAO_SECRET_KEY": "a key for pictures",
            "DJANGO_SETTINGS_MODULE": "shixiao.web.settings",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright keeps an event loop in this thread
        }
        from django.core.management import call_command

        from shixiao.web.wsgi import application

        call_command("migrate", verbosity=0)
        call_command("createcachetable")
        server = make_server("127.0.0.1", 0, application, _Threads, _Silent)
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()


def photograph(browser: Browser, folder: Path) -> None:
    """Write ``NAME-VIEW.png`` of every page, and ``sheet.png`` of them all."""
    folder.mkdir(parents=True, exist_ok=True)
    with site() as address:
        from tests.web.browsing import Reader
        from tests.web.pages import PAGES

        parts = [SHEET]
        reader = Reader(browser, address)
        for page in PAGES:
            parts.append(
                f"<section><h2>{html.escape(page.name)} {html.escape(page.path)}</h2><div>"
            )
            for view in VIEWS:
                seen = reader.at(
                    page.path,
                    role=page.role,
                    language=view.language,
                    screen=view.screen,
                    elder=view.elder,
                )
                picture = f"{page.name}-{view.name}.png"
                seen.screenshot(path=folder / picture, full_page=True)
                parts.append(f'<img src="{picture}" width="{view.wide}" alt="">')
            parts.append("</div></section>")
            reader.close()
    sheet = folder / "sheet.html"
    sheet.write_text("".join(parts), "utf-8")
    page = browser.new_page(viewport={"width": 1448, "height": 900})
    page.goto(sheet.as_uri())
    page.screenshot(path=folder / "sheet.png", full_page=True)
    page.close()
