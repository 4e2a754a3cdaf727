"""Browser: a task done by Chromium in a process of its own, whose every request goes by ``Reach``.

What the browser asks for comes to an address of this machine and is fetched as any request of a
probe: within the consent, at its speed, one at a time, and into the log. A page whose style comes
from elsewhere does not look as people see it, so it is not judged.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from shixiao.security.probing.inputs import FILE, HARMFUL
from shixiao.security.probing.pages import read_page, within
from shixiao.security.probing.passing import passing_on
from shixiao.security.probing.probe import listed
from shixiao.security.probing.reach import Answer, NotAssessed, Reach
from shixiao.terms import Text

MODULE = "shixiao.security.probing.browsing"
NEEDS = ("playwright", "axe_playwright_python")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LARGEST = 16 << 20  # bytes of a file of a page
PAGES, MOST_TRIED = 3, 8
HOPS = 5
LEAST_TEXT = 20  # signs; a page with fewer did not come about
HIDDEN = ("connection", "content-length", "transfer-encoding", "keep-alive")
MISSING = Text(
    "没有安装 Chromium 或 shixiao[access]，无法打开页面。",
    "Chromium or shixiao[access] is not installed, so no page can be opened.",
)
LATE = Text("浏览器在规定的时间内没有测完。", "The browser did not end its tests within its time.")
FAILED = Text("浏览器没有测完。", "The browser did not end its tests.")
CLOSED = Text("{path} 在浏览器里打不开：{why}", "{path} does not open in a browser: {why}")
LOST = Text("{path} 的 {what} 没有取到，页面不完整。", "{path} is not whole: {what} did not come.")
FOREIGN = Text(
    "{path} 的样式来自 {hosts}，不在同意的范围；没有取，页面不是人们看到的样子。",
    "The style of {path} comes from {hosts}, outside the consent; it was not fetched, so the page"
    " does not look as people see it.",
)
EMPTY = Text("{path} 在浏览器里没有文字。", "{path} shows no text in a browser.")
AWAY = Text("{path} 转到 {to}，不在同意的范围。", "{path} leads to {to}, outside the consent.")


def browsed(
    reach: Reach, task: str, paths: Sequence[str], **more: float
) -> list[Mapping[str, Any]]:
    """Return what the browser found on each page.

    Args:
        reach: the way to the target.
        task: which (``browsing.TASKS``).
        paths: of the pages.
        more: thresholds of the task.

    Raises:
        NotAssessed: there is no browser, it did not end, or a page did not come about whole.
    """
    ended: list[NotAssessed] = []
    job = {"task": task, "origin": _origin(reach), "paths": list(paths), **more}
    with passing_on(
        reach, lambda *_: None, fails=ended.append, hidden=HIDDEN, largest=LARGEST
    ) as relay:
        told = _ran({**job, "relay": relay, "chromium": chromium()}, reach.left())
    pages = told.get("pages")
    if not isinstance(pages, list) or not all(isinstance(page, Mapping) for page in pages):
        raise NotAssessed(FAILED)
    for page in pages:
        _check(page, ended)
    return pages


def chromium() -> str:
    """Return the program.

    Raises:
        NotAssessed: it is not installed, or what leads it is not.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None or any(find_spec(name) is None for name in NEEDS):
        raise NotAssessed(MISSING)
    return found


def pages_of(reach: Reach) -> list[str]:
    """Return the first page and some that it leads to.

    Raises:
        NotAssessed: it is not there, or leads out of the target.
    """
    path, answer = _landed(reach)
    found, known = [path], {path.partition("?")[0]}
    for link in read_page(answer, reach.target, at=path).links:
        bare = link.partition("?")[0]
        if len(found) == PAGES or len(known) > MOST_TRIED:
            break
        if bare in known or HARMFUL.search(link) or FILE.search(bare):
            continue
        known.add(bare)
        if _is_page(reach.get(link)):
            found.append(link)
    return found


def _is_page(answer: Answer) -> bool:
    return answer.status == 200 and answer.header("content-type").startswith("text/html")


def _landed(reach: Reach) -> tuple[str, Answer]:
    path = reach.target.path
    for _ in range(HOPS):
        answer = reach.get(path)
        to = answer.header("location")
        if not 300 <= answer.status < 400 or not to:
            break
        inside = within(to, reach.target, at=path)
        if not inside:
            raise NotAssessed(AWAY.format(path=path[:100], to=_printable(to)))
        path = inside
    if answer.status != 200:
        raise NotAssessed(CLOSED.format(path=path[:100], why=answer.status))
    return path, answer


def _origin(reach: Reach) -> str:
    origin = reach.target.origin
    return f"https{origin.removeprefix('tls')}" if reach.target.scheme == "tls" else origin


def _ran(job: Mapping[str, Any], seconds: float) -> Mapping[str, Any]:
    """Run the process and read what it hands over."""
    command = [sys.executable, "-m", MODULE]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command,
            input=json.dumps(job).encode(),
            capture_output=True,
            timeout=seconds,
            check=False,
            env={**os.environ, "NO_PROXY": "*"},
        )
        told = json.loads(done.stdout) if done.returncode == 0 else None
    except subprocess.TimeoutExpired:
        raise NotAssessed(LATE) from None
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, Mapping):
        raise NotAssessed(FAILED)
    return told


def _check(page: Mapping[str, Any], ended: Sequence[NotAssessed]) -> None:
    """Check that a page came about as people see it.

    Raises:
        NotAssessed: it did not.
    """
    if page.get("lost") and ended:
        raise NotAssessed(ended[0].text)
    path = str(page.get("path"))[:100]
    if "failed" in page:
        raise NotAssessed(CLOSED.format(path=path, why=_printable(str(page["failed"]))))
    if page.get("lost"):
        raise NotAssessed(LOST.format(path=path, what=_printable(str(page["lost"][0]))))
    hosts = dict.fromkeys(host for kind, host in _refused(page) if kind == "stylesheet")
    if hosts:
        raise NotAssessed(FOREIGN.format(path=path, hosts=listed(map(_printable, hosts))))
    if not isinstance(page.get("text"), int) or page["text"] < LEAST_TEXT:
        raise NotAssessed(EMPTY.format(path=path))


def _refused(page: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for each in page.get("refused", ()):
        yield str(each[0]), str(each[1])


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)[:160]
