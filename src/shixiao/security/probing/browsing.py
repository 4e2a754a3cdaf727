"""Browsing: pages of the target in a browser that can reach nothing but what it is handed.

A process of its own (``python -m shixiao.security.probing.browsing``): a page that never ends is
ended with it. Each request of the browser is answered here, from what the probe fetches by its own
way; what is not of the target is refused and named. Behind that stands a second wall: the browser
knows no names, and the only proxy it may use refuses everything.
Needs playwright, axe-playwright-python (with axe of Deque, MPL-2.0, as installed) and Chromium.
"""

from __future__ import annotations

import html
import json
import os
import re
import socketserver
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from importlib.resources import files
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    BrowserContext,
    Error,
    FloatRect,
    Page,
    Request,
    Route,
    sync_playwright,
)

from shixiao.security.probing.inputs import FILE, HARMFUL

SCREEN = {"width": 1280, "height": 900}
LOADS = 60_000.0  # ms for a page with all that belongs to it
SETTLES = 400.0  # ms after that
MOST, HOPS = 400, 5  # requests of a page; redirects and reloads one after the other
PRESSES = 600  # of Tab on a page
STUCK = 4  # presses after which the focus is where it was
SUSPECTS = 15  # controls whose focus is looked for on pictures
PLACES = 50
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ENTRY = "长辈版|长辈模式|长者|适老|关怀版|关怀模式|关爱版|老年|敬老|大字版|elder|senior|large print"
LARGEST, LARGER = "最大|特大|超大|largest", "放大|更大|A\\+|larger|bigger|increase"
RAISES = 6  # clicks on what makes text larger
OWN = {"connection", "content-length", "transfer-encoding", "content-encoding", "set-cookie"}
BACK = {
    "accept",
    "accept-language",
    "content-type",
    "origin",
    "referer",
    "x-requested-with",
    "x-csrftoken",
}
WALLS = (
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-pings",
)
#: A link to another language is no page of its own, and some lead back to ordinary print.
LINKS = "[...document.querySelectorAll('a[href]:not([hreflang])')].map(a => [a.href, a.innerText])"
ORDINARY = re.compile(
    "普通版|标准版|常规版|普通模式|退出|ordinary|standard|regular|exit", re.IGNORECASE
)
HOP = '<!doctype html><html data-hop><meta http-equiv="refresh" content="0;url={to}">'


@dataclass
class Window:
    """A browser at the target.

    Attributes:
        origin: of the target.
        context: of the browser.
        way: to what the probe fetches.
        refused: kind and host of what is not of the target.
        lost: paths of the target that could not be fetched.
    """

    origin: str
    context: BrowserContext
    way: httpx.Client
    refused: set[tuple[str, str]] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    asked: int = 0

    def open(self, path: str) -> Page:
        """Open a page and all that belongs to it."""
        self.asked = 0
        page = self.context.new_page()
        page.goto(self.origin + path, wait_until="load", timeout=LOADS)
        self.settle(page)
        return page

    def settle(self, page: Page) -> None:
        """Wait until a page stays, and lend it our functions."""
        for _ in range(HOPS):
            try:
                page.wait_for_timeout(SETTLES)
                page.wait_for_load_state("load", timeout=LOADS)
                if not page.evaluate("document.documentElement.hasAttribute('data-hop')"):
                    break
            except Error as why:
                if "context was destroyed" not in str(why):  # it went on to another page meanwhile
                    raise
        page.evaluate(_script())

    def serve(self, route: Route, request: Request) -> None:
        """Answer a request of the browser."""
        at = urlsplit(request.url)
        if f"{at.scheme}://{at.netloc}" != self.origin:
            self.refused.add((request.resource_type, at.netloc[:200]))
            route.abort("blockedbyclient")
            return
        self.asked += 1
        path = at.path + (f"?{at.query}" if at.query else "")
        if self.asked > MOST or request.resource_type == "media":
            route.abort("blockedbyclient")
            return
        try:
            self._answer(route, request, path)
        except (httpx.HTTPError, UnicodeError):
            self.lost.add(path[:200])
            route.abort("failed")

    def _answer(self, route: Route, request: Request, path: str) -> None:
        method, body = request.method, request.post_data_buffer or b""
        for _ in range(HOPS):
            answer = self._fetch(method, path, request.headers, body)
            to = answer.headers.get("location", "") if answer.is_redirect else ""
            if not to:
                kept = {k: v for k, v in answer.headers.items() if k not in OWN}
                route.fulfill(status=answer.status_code, headers=kept, body=answer.content)
                return
            whole = urljoin(self.origin + path, to)
            if request.resource_type == "document":  # so that the page knows where it is
                page = HOP.format(to=html.escape(whole, quote=True))
                route.fulfill(status=200, content_type="text/html; charset=utf-8", body=page)
                return
            there = urlsplit(whole)
            if f"{there.scheme}://{there.netloc}" != self.origin:
                self.refused.add((request.resource_type, there.netloc[:200]))
                break
            path = there.path + (f"?{there.query}" if there.query else "")
            if answer.status_code not in (307, 308):
                method, body = "GET", b""
        route.abort("blockedbyclient")

    def _fetch(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> httpx.Response:
        sent = {name: value for name, value in headers.items() if name in BACK}
        cookies = self.context.cookies(self.origin + path)
        if cookies:
            sent["cookie"] = "; ".join(f"{each['name']}={each['value']}" for each in cookies)
        answer = self.way.request(method, path, headers=sent, content=body or None)
        for line in answer.headers.get_list("set-cookie"):
            self._keep(line)
        return answer

    def _keep(self, line: str) -> None:
        """Keep a cookie of the target."""
        try:
            (found,) = SimpleCookie(line).values()
        except (CookieError, ValueError):
            return
        gone = found["max-age"] == "0" or "1970" in found["expires"]
        self.context.add_cookies(
            [
                {
                    "name": found.key,
                    "value": found.value,
                    "domain": urlsplit(self.origin).hostname or "",
                    "path": found["path"] or "/",
                    "expires": 1 if gone else -1,
                    "httpOnly": bool(found["httponly"]),
                    "secure": bool(found["secure"]),
                }
            ]
        )


def barriers(page: Page, **options: Any) -> list[dict[str, Any]]:
    """Return what axe finds: rule, impact, how often, and where first."""
    told = {"resultTypes": ["violations"], **options}
    found = Axe().run(page, options=told).response["violations"]
    return [
        {
            "id": str(each["id"])[:80],
            "impact": str(each["impact"]),
            "n": len(each["nodes"]),
            "place": str(each["nodes"][0]["target"][0])[:200],
        }
        for each in found[:PLACES]
    ]


def walked(page: Page) -> dict[str, Any]:
    """Walk through a page by Tab: what is out of reach, where it ends, whose focus is unseen."""
    if page.evaluate("document.querySelector('dialog:modal') !== null"):
        page.keyboard.press("Escape")
    controls = page.evaluate("__shixiao.controls()")
    wanted = {n for n, each in enumerate(controls) if each["tab"] and each["must"]}
    reached, alike, trap, whole = _pressed(page, controls, wanted)
    missed = [n for n, each in enumerate(controls) if each["must"] and n not in reached]
    missed = [n for n in missed if page.evaluate("n => __shixiao.still(n)", n)]
    if trap is not None:  # what lies behind it is not judged
        missed = [n for n in missed if not controls[n]["tab"]]
    unseen = [n for n in alike[:SUSPECTS] if _unseen(page, n)]
    return {
        "whole": whole,
        "missed": [controls[n]["path"] for n in missed],
        "unseen": [controls[n]["path"] for n in unseen],
        "trap": None if trap is None else controls[trap]["path"] if trap >= 0 else "?",
    }


def _pressed(
    page: Page, controls: list[dict[str, Any]], wanted: set[int]
) -> tuple[set[int], list[int], int | None, bool]:
    """Press Tab; return what was reached, what looks as before, where it is stuck, if it ended."""
    reached: set[int] = set()
    alike: list[int] = []
    last, same, left, escaped = -3, 0, 0, False
    most = 3 * len(controls) + 30
    for _ in range(min(PRESSES, most)):
        page.keyboard.press("Tab")
        at = int(page.evaluate("__shixiao.at()"))
        left += at == -2
        same = same + 1 if at == last and at != -2 else 0
        last = at
        if at >= 0 and at not in reached:
            reached.add(at)
            if page.evaluate("n => __shixiao.paint(n)", at) == controls[at]["paint"]:
                alike.append(at)
        if wanted <= reached or left > 2:
            return reached, alike, None, True
        if same >= STUCK:
            if escaped:
                return reached, alike, at, True
            page.keyboard.press("Escape")
            same, escaped = 0, True
    if most > PRESSES:
        return reached, alike, None, False
    return reached, alike, None if left else last, True  # it went round and never came out


def _unseen(page: Page, n: int) -> bool:
    """Say whether a control looks the same with the focus and without."""
    shots = []
    for act in ("n => __shixiao.focus(n)", "__shixiao.leave()"):
        page.evaluate(act, n)
        box = page.evaluate("n => __shixiao.box(n)", n)
        x, y = max(0.0, box["x"]), max(0.0, box["y"])
        if x >= SCREEN["width"] or y >= SCREEN["height"]:
            return False
        clip: FloatRect = {"x": x, "y": y, "width": box["width"], "height": box["height"]}
        shots.append(page.screenshot(clip=clip, animations="disabled", caret="hide"))
    return shots[0] == shots[1]


def accessible(window: Window, job: dict[str, Any]) -> list[dict[str, Any]]:
    """Look at each page by axe and by keyboard."""

    def look(page: Page) -> dict[str, Any]:
        keys = walked(page)
        found = barriers(page, runOnly={"type": "tag", "values": RULES})
        return {"barriers": found, "keyboard": keys}

    return [_looked(window, path, look) for path in job["paths"]]


def elders(window: Window, job: dict[str, Any]) -> list[dict[str, Any]]:
    """Enter the large print from the first page, and measure it there and behind its links."""
    links: list[str] = []

    def enter(page: Page) -> dict[str, Any]:
        entries = page.evaluate("p => __shixiao.find(p)", ENTRY)
        if not entries:
            return {"entry": None}
        host = urlsplit(entries[0]["href"])
        if host.scheme in ("http", "https") and not entries[0]["href"].startswith(window.origin):
            return {"entry": entries[0]["path"], "elsewhere": host.netloc[:200]}
        page = _clicked(window, page, 0)
        told = {"entry": entries[0]["path"], **_measured(page, job)}
        links.extend(_links(page, window.origin))
        return told | {"largest": _raised(window, page, job)}

    first = _looked(window, job["paths"][0], enter)
    return [
        first,
        *(
            _looked(window, each, lambda page: _measured(page, job))
            for each in links[: job["more"]]
        ),
    ]


def _measured(page: Page, job: dict[str, Any]) -> dict[str, Any]:
    rules = {"type": "rule", "values": ["color-contrast"]}
    return {
        "sizes": page.evaluate("n => __shixiao.sizes(n)", job["text"]),
        "targets": page.evaluate("n => __shixiao.targets(n)", job["target"]),
        "contrast": barriers(page, runOnly=rules),
    }


def _raised(window: Window, page: Page, job: dict[str, Any]) -> float:
    """Return how large text becomes by what makes it larger on the page."""
    best = float(page.evaluate("n => __shixiao.sizes(n)", job["text"])["usual"])
    for pattern, times in ((LARGEST, 1), (LARGER, RAISES)):
        for _ in range(times):
            if best >= job["largest"] or not page.evaluate("p => __shixiao.find(p)", pattern):
                break
            page = _clicked(window, page, 0)
            now = float(page.evaluate("n => __shixiao.sizes(n)", job["text"])["usual"])
            if now <= best:
                break
            best = now
    return best


def _clicked(window: Window, page: Page, n: int) -> Page:
    """Click what was found, and return the page on which that ends."""
    before = len(window.context.pages)
    page.evaluate("n => __shixiao.click(n)", n)
    page.wait_for_timeout(SETTLES)
    if len(window.context.pages) > before:
        page = window.context.pages[-1]
    window.settle(page)
    return page


def _links(page: Page, origin: str) -> list[str]:
    """Return paths of the target that a page leads to, but none that signs out or is a file."""
    here = page.url.partition("#")[0]
    found: dict[str, None] = {}
    for address, words in page.evaluate(LINKS):
        whole = str(address).partition("#")[0]
        path = whole.removeprefix(origin)
        inside = whole.startswith(f"{origin}/") and whole != here and not ORDINARY.search(words)
        if inside and not HARMFUL.search(path) and not FILE.search(path.partition("?")[0]):
            found[path] = None
    return list(found)


def _looked(window: Window, path: str, look: Callable[[Page], dict[str, Any]]) -> dict[str, Any]:
    """Open a page, look at it, and say what of it could not be had."""
    window.refused.clear()
    window.lost.clear()
    told: dict[str, Any] = {"path": path[:200]}
    try:
        page = window.open(path)
        told |= {"text": page.evaluate("__shixiao.text()"), **look(page)}
    except Error as why:
        told["failed"] = str(why).partition("\n")[0][:200]
    for each in window.context.pages:
        each.close()
    return told | {"refused": sorted(window.refused), "lost": sorted(window.lost)[:PLACES]}


TASKS: dict[str, Callable[[Window, dict[str, Any]], list[dict[str, Any]]]] = {
    "access": accessible,
    "elders": elders,
}


def _script() -> str:
    return files("shixiao.security.probing.probes").joinpath("data/access.js").read_text("utf-8")


@contextmanager
def _wall(strays: list[str]) -> Iterator[int]:
    """Open a proxy that refuses everything, and name what was asked of it."""

    class Refuses(socketserver.StreamRequestHandler):
        timeout = 5

        def handle(self) -> None:
            strays.append(self.rfile.readline(500).decode("latin-1").strip())
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refuses) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield int(server.server_address[1])
        server.shutdown()


def browse(job: dict[str, Any]) -> dict[str, Any]:
    """Do what a job asks for.

    Args:
        job: ``task``, ``origin`` of the target, ``relay`` to it, ``chromium``, ``paths``, and the
            thresholds of the task.
    """
    strays: list[str] = []
    with (
        _wall(strays) as port,
        httpx.Client(base_url=job["relay"], trust_env=False, timeout=LOADS / 1000) as way,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=job["chromium"],
            chromium_sandbox=os.geteuid() != 0,  # as root it refuses to start with one
            args=list(WALLS),
            proxy={"server": f"http://127.0.0.1:{port}", "bypass": "<-loopback>"},
        )
        context = browser.new_context(
            viewport={"width": SCREEN["width"], "height": SCREEN["height"]},
            locale="zh-CN",
            service_workers="block",
            accept_downloads=False,
            ignore_https_errors=True,
        )
        window = Window(job["origin"], context, way)
        context.route("**/*", window.serve)
        context.route_web_socket("**/*", lambda socket: socket.close())
        pages = TASKS[job["task"]](window, job)
        browser.close()
    return {"pages": pages, "strays": strays[:PLACES]}


if __name__ == "__main__":
    json.dump(browse(json.load(sys.stdin)), sys.stdout)
