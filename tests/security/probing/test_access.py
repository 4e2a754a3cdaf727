"""Access: what keeps people out is found on pages, and the browser reaches nothing else."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import psutil
import pytest

from shixiao.security.probing import Given, NotAssessed, Target, browser, described
from shixiao.security.probing.passing import passing_on
from shixiao.security.probing.probes.access import rules
from tests.security.lab import Asked, Behaviour, Reply, faults, hardened, looked, reach_of, serving

TEXT = "<p>What is offered here is told in a sentence of some length."
WHOLE = f"<main><h1>Offered here</h1>{TEXT}<p><a href=/b>More of it</a><button>Send it</button>"
HEAD = "<!doctype html><html lang=en><title>A page</title>"
HEAD += '<meta name=viewport content="width=device-width">'
GOOD: dict[str, Any] = {
    "path": "/",
    "text": 99,
    "refused": [],
    "lost": [],
    "barriers": [],
    "keyboard": {"missed": [], "unseen": [], "trap": None, "whole": True},
}
LARGE: dict[str, Any] = {
    "path": "/",
    "text": 99,
    "refused": [],
    "lost": [],
    "entry": "a",
    "sizes": {"signs": 100, "small": 0, "least": 18.0, "usual": 20.0, "place": ""},
    "targets": [],
    "contrast": [],
    "largest": 30.0,
}


def told(monkeypatch: pytest.MonkeyPatch, *pages: object) -> None:
    """Let the browser hand over what it is told."""
    monkeypatch.setattr(browser, "_ran", lambda job, seconds: {"pages": list(pages), "strays": []})
    monkeypatch.setattr(browser.shutil, "which", lambda name: f"/usr/bin/{name}")


def barrier(name: str, impact: str) -> dict[str, Any]:
    return {"id": name, "impact": impact, "n": 3, "place": "#a"}


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        (GOOD, []),
        ({**GOOD, "barriers": [barrier("image-alt", "critical")]}, ["barriers"]),
        ({**GOOD, "barriers": [barrier("new-rule", "moderate")]}, ["hindrances"]),
        ({**GOOD, "keyboard": {**GOOD["keyboard"], "missed": ["a"]}}, ["keyboard"]),
        ({**GOOD, "keyboard": {**GOOD["keyboard"], "unseen": ["a"]}}, ["focus"]),
        ({**GOOD, "keyboard": {**GOOD["keyboard"], "trap": "a"}}, ["trap"]),
        ({**GOOD, "refused": [["image", "pictures.example"], ["script", "x.example"]]}, []),
    ],
)
def test_what_the_browser_found_is_read(
    page: dict[str, Any], wrong: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch, GOOD, page)
    with serving(hardened()) as target:
        assert faults("access", target) == wrong


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        (LARGE, []),
        ({**LARGE, "entry": None}, ["entry"]),
        ({**LARGE, "sizes": {**LARGE["sizes"], "small": 1, "least": 12.0}}, ["text"]),
        ({**LARGE, "targets": [["#a", 44, 60]]}, ["targets"]),
        ({**LARGE, "contrast": [barrier("color-contrast", "serious")]}, ["contrast"]),
        ({**LARGE, "largest": 24}, ["largest"]),
    ],
)
def test_what_was_measured_in_large_print_is_held_to_the_rules(
    page: dict[str, Any], wrong: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch, page)
    with serving(hardened()) as target:
        assert faults("elders", target) == wrong


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ({**GOOD, "refused": [["stylesheet", "cdn.example"]]}, "comes from cdn.example, outside"),
        ({**GOOD, "lost": ["/app.js"]}, "/app.js did not come"),
        ({**GOOD, "failed": "net::ERR"}, "does not open in a browser"),
        ({**GOOD, "text": 3}, "shows no text"),
        ({**GOOD, "keyboard": {**GOOD["keyboard"], "whole": False}}, "too many controls"),
        ({**GOOD, "keyboard": None}, "did not end its tests"),
        ({**GOOD, "barriers": [{"id": "x"}]}, "did not end its tests"),
        (5, "did not end its tests"),
    ],
)
def test_a_page_that_did_not_come_about_whole_is_not_judged(
    page: Any, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch, page)
    with serving(hardened()) as target, pytest.raises(NotAssessed) as why:
        looked("access", target)
    assert words in why.value.text.en


def test_a_large_print_of_another_site_is_not_assessed(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, {**LARGE, "elsewhere": "elder.example"})
    with serving(hardened()) as target, pytest.raises(NotAssessed) as why:
        looked("elders", target)
    assert "elder.example" in why.value.text.en


@pytest.mark.parametrize("name", ["access", "elders"])
def test_without_a_browser_it_says_so_and_sends_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    with serving(hardened()) as target:
        reach = reach_of(target)
        with pytest.raises(NotAssessed) as why:
            list(described(name).look(reach, Given()))
    assert "shixiao[access]" in why.value.text.en
    assert reach.sent == []


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(302, headers=[("Location", "http://elsewhere.example/")]), "outside the consent"),
        (Reply(302, headers=[("Location", "/again")]), "does not open"),
        (Reply(404), "does not open"),
    ],
)
def test_a_first_page_that_leads_away_or_is_not_there_is_not_assessed(
    reply: Reply, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch, GOOD)
    with serving(lambda asked: reply) as target, pytest.raises(NotAssessed) as why:
        looked("access", target)
    assert words in why.value.text.en


def test_every_rule_is_told_in_both_languages() -> None:
    assert len(rules()) > 60
    for said in rules().values():
        assert said.zh
        assert said.en
        assert said.zh != said.en


# From here on with the browser.


def page_of(body: str, more: dict[str, str] | None = None) -> Behaviour:
    """Return a site of one page, or of more by path."""

    def answer(asked: Asked) -> Reply:
        found = {"/": body, **(more or {})}.get(asked.path.partition("?")[0])
        kind = [("Content-Type", "text/html; charset=utf-8")]
        return Reply(404, b"no") if found is None else Reply(200, (HEAD + found).encode(), kind)

    return answer


TRAP = """<input aria-label=Name id=a><button>After it</button>
<script>a.onkeydown = (e) => { if (e.key === "Tab") e.preventDefault() }</script>"""
DIALOG = """<dialog id=d><p>Take our cookies<button onclick="d.close()">Yes</button></dialog>
<script>d.showModal()</script>"""
BODIES: dict[str, tuple[str, list[str]]] = {
    "right": (WHOLE, []),
    "no text for a picture": (WHOLE + "<img src=/x.png width=9 height=9>", ["barriers"]),
    "too faint": (WHOLE + "<p style='color:#bbb'>Hard to read", ["barriers"]),
    "not by keyboard": (WHOLE + "<div onclick='1' style='width:99px'>Press me</div>", ["keyboard"]),
    "out of the order": (WHOLE + "<button tabindex=-1>Out of it</button>", ["keyboard"]),
    "a trap": (WHOLE + TRAP, ["trap"]),
    "a dialog that closes by Escape": (WHOLE + DIALOG, []),
    "unseen": (WHOLE + "<style>:focus-visible { outline: none }</style>", ["focus"]),
    "seen by its ground": (
        WHOLE + "<style>:focus-visible { outline: none; background: #ff0 }</style>",
        [],
    ),
    "radios by arrows": (
        WHOLE
        + "<label><input type=radio name=r>A</label><label><input type=radio name=r>B</label>",
        [],
    ),
}


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(("body", "wrong"), BODIES.values(), ids=BODIES)
def test_pages_are_judged_in_a_browser(body: str, wrong: list[str]) -> None:
    with serving(page_of(body)) as target:
        assert faults("access", target) == wrong


ELDER = """<style>* { box-sizing: border-box } body { font-size: SIZE; color: #222 }
a, button { display: inline-block; min-width: TARGET; min-height: TARGET; font-size: inherit }
</style>
<main><h1>Large</h1><p>What is offered is told here in full<p><a href=/e2>Second</a>
<button onclick="document.body.style.fontSize = '30px'">更大字号 放大</button>"""


def elder(size: str = "20px", target: str = "60px", more: str = "") -> str:
    return ELDER.replace("SIZE", size).replace("TARGET", target) + more


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(
    ("first", "second", "wrong"),
    [
        (elder(), elder(), []),
        (elder("16px"), elder(), ["text"]),
        (elder(), elder("17px"), ["text"]),
        (elder(target="44px"), elder(), ["targets"]),
        (elder(more="<p style='color:#999'>Hard to read"), elder(), ["contrast"]),
        (elder().replace("30px", "24px"), elder(), ["largest"]),
    ],
)
def test_a_large_print_is_entered_and_measured(first: str, second: str, wrong: list[str]) -> None:
    pages = {"/elder": first, "/e2": second}
    with serving(page_of(WHOLE + "<a href=/elder>长辈版</a>", pages)) as target:
        assert faults("elders", target) == wrong
    with serving(page_of(WHOLE)) as target:
        assert faults("elders", target) == ["entry"]


@pytest.mark.slow
@pytest.mark.browser
def test_a_large_print_by_cookie_and_redirect_is_entered() -> None:
    def site(asked: Asked) -> Reply:
        if asked.path.startswith("/elder/on"):
            return Reply(
                302, headers=[("Location", "/"), ("Set-Cookie", "elder=on; Path=/; HttpOnly")]
            )
        on = "elder=on" in asked.headers.get("cookie", "")
        switches = "<p><a href=/off>普通版</a><p><a href=/en hreflang=en>English</a>"
        first = elder(more=switches) if on else WHOLE + "<a href=/elder/on>长辈版</a>"
        more = {"/off": elder("12px"), "/en": elder("12px"), "/e2": elder()}
        return page_of(first, more)(asked)

    with serving(site) as target:
        assert faults("elders", target) == []


def leads_to(other: Target) -> dict[str, str]:
    """Return pages that load things from elsewhere in every way that there is."""
    at, bare = other.origin, other.place
    script = f"""<script>
      fetch('{at}/fetch').catch(() => 0); navigator.sendBeacon('{at}/beacon');
      new Image().src = '{at}/image'; try {{ new WebSocket('ws://{bare}/socket') }} catch (e) {{}}
      try {{ new EventSource('{at}/events') }} catch (e) {{}} window.open('{at}/window');
      try {{ new RTCPeerConnection({{iceServers: [{{urls: 'stun:{bare}'}}]}}).createOffer() }}
      catch (e) {{}}
      try {{ new Worker('data:text/javascript,fetch("{at}/worker")') }} catch (e) {{}}
      import('{at}/module.js').catch(() => 0);
    </script>"""
    parts = f"""<link rel=preconnect href={at}><link rel=dns-prefetch href=//x.example>
      <link rel=prefetch href={at}/prefetch><link rel=icon href={at}/icon>
      <script src={at}/script.js></script><iframe title=a src={at}/frame></iframe>
      <video src={at}/video></video>
      <img alt="" src={at}/picture><a href=/b ping={at}/ping>More</a>"""
    away = "<script>setTimeout(() => { location = 'AT/location' }, 50)</script>".replace("AT", at)
    return {
        "/": WHOLE + script + parts,
        "/b": WHOLE + away,
        "/redirects": WHOLE + "<img alt='' src=/away>" + "<script src=/away></script>",
    }


@pytest.mark.slow
@pytest.mark.browser
def test_nothing_reaches_another_place_whatever_a_page_loads() -> None:
    came: list[str] = []

    def elsewhere(asked: Asked) -> Reply:
        came.append(asked.path)
        return Reply()

    with serving(elsewhere) as other:

        def site(asked: Asked) -> Reply:
            if asked.path == "/away":
                return Reply(302, headers=[("Location", f"{other.origin}/redirected")])
            pages = leads_to(other)
            return page_of(pages["/"], pages)(asked)

        with serving(site) as target:
            reach = reach_of(target)
            for path in ("/", "/b", "/redirects"):
                with reach.probing("access", seconds=90), suppress(NotAssessed):
                    browser.browsed(reach, "access", [path])  # judged or not: it stays here
    assert came == []
    assert {each.what.split(" ")[1] for each in reach.sent} >= {"/", "/b", "/redirects", "/away"}


@pytest.mark.slow
@pytest.mark.browser
def test_behind_the_first_wall_stands_a_second_that_refuses_what_the_browser_asks_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from shixiao.security.probing import browsing

    served = browsing.Window.serve

    def holed(self: Any, route: Any, request: Any) -> None:
        own = request.url.startswith(self.origin)
        served(self, route, request) if own else route.continue_()

    monkeypatch.setattr(browsing.Window, "serve", holed)
    came: list[str] = []
    with serving(lambda asked: came.append(asked.path) or Reply()) as other:  # type: ignore[func-returns-value]
        with serving(page_of(leads_to(other)["/"], leads_to(other))) as target:
            reach = reach_of(target)
            with passing_on(reach, lambda *_: None, hidden=browser.HIDDEN) as relay:
                job = {"task": "access", "origin": target.origin, "paths": ["/"], "relay": relay}
                strays = browsing.browse({**job, "chromium": browser.chromium()})["strays"]
        assert any(f"GET {other.origin}/script.js" in each for each in strays)
    assert came == []


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(
    "body",
    [
        "<script>setTimeout(() => { while (true) {} }, 100)</script>",
        "<script>while (true) {}</script>",
    ],
)
def test_a_page_without_end_is_ended_and_leaves_nothing_behind(body: str) -> None:
    with serving(page_of(WHOLE + body)) as target:
        reach = reach_of(target)
        with reach.probing("access", seconds=8), pytest.raises(NotAssessed):
            list(described("access").look(reach, Given()))
    until = time.monotonic() + 10
    while leftovers() and time.monotonic() < until:
        time.sleep(0.2)
    assert leftovers() == []


def leftovers() -> list[int]:
    """Return Chromium processes that were begun below this one."""
    return [
        each.pid
        for each in psutil.Process().children(recursive=True)
        if "chrom" in each.name() and each.status() != psutil.STATUS_ZOMBIE
    ]


ROUND = """<div id=d><input aria-label=One id=a><input aria-label=Two id=b></div><button>After it
</button><script>b.onkeydown = (e) => { if (e.key === "Tab") { e.preventDefault(); a.focus() } }
</script>"""


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(
    ("body", "wrong", "words"),
    [
        (WHOLE + ROUND, ["trap"], ""),
        (WHOLE + "<button>x</button>" * 700, [], "too many controls"),
        (WHOLE + "<script src=/large.js></script>", [], "/large.js did not come"),
    ],
    ids=["a ring", "very many", "very large"],
)
def test_a_ring_is_a_trap_and_what_is_too_much_is_not_judged(
    body: str, wrong: list[str], words: str
) -> None:
    def site(asked: Asked) -> Reply:
        large = Reply(200, b" " * (17 << 20), [("Content-Type", "text/javascript")])
        return large if asked.path == "/large.js" else page_of(body)(asked)

    with serving(site) as target:
        if wrong:
            assert faults("access", target) == wrong
        else:
            with pytest.raises(NotAssessed) as why:
                faults("access", target)
            assert words in why.value.text.en


@pytest.mark.slow
@pytest.mark.browser
def test_a_consent_that_ends_on_the_way_leaves_the_page_unjudged() -> None:
    parts = "".join(f"<script src=/s{n}.js></script>" for n in range(9))
    with serving(page_of(WHOLE + parts)) as target:
        reach = reach_of(target, most=5)
        with reach.probing("access", seconds=60), pytest.raises(NotAssessed) as why:
            list(described("access").look(reach, Given()))
    assert "consented to was reached" in why.value.text.en
    assert len(reach.sent) == 5
