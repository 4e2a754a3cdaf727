"""A reader at a browser: opens pages of the site as somebody, in a language, on a screen."""

from __future__ import annotations

from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Response,
    ViewportSize,
)

from tests.web.people import person

SCREENS: dict[str, ViewportSize] = {
    "desktop": {"width": 1280, "height": 900},
    "phone": {"width": 360, "height": 780},
}
LANGUAGES = {"zh": "zh-hans", "en": "en"}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass
class Reader:
    """Opens pages, and keeps what the browser complains of (policy, scripts, missing files)."""

    browser: Browser
    site: str
    complaints: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)
    _sessions: dict[str, str] = field(default_factory=dict)

    def at(
        self,
        path: str,
        *,
        role: str = "",
        language: str = "zh",
        screen: str = "desktop",
        elder: str = "off",
        javascript: bool = True,
    ) -> Page:
        """Open a page in a browser of its own; ``role`` signs somebody in who holds it."""
        context = self.browser.new_context(
            viewport=SCREENS[screen], java_script_enabled=javascript, locale="zh-CN"
        )
        self._contexts.append(context)
        self._cookie(context, settings.LANGUAGE_COOKIE_NAME, LANGUAGES[language])
        self._cookie(context, "elder", elder)
        if role:
            if role not in self._sessions:
                self._sessions[role] = session_of(role)
            self._cookie(context, settings.SESSION_COOKIE_NAME, self._sessions[role])
        page = context.new_page()
        self._listen(page)
        page.goto(self.site + path)
        return page

    def forget(self) -> None:
        """Sign everybody in anew: sessions do not outlive a clock that is set forward."""
        self._sessions.clear()

    def close(self) -> None:
        """Close every page."""
        while self._contexts:
            self._contexts.pop().close()

    def _cookie(self, context: BrowserContext, name: str, value: str) -> None:
        context.add_cookies([{"name": name, "value": value, "url": self.site}])

    def _listen(self, page: Page) -> None:
        def answered(response: Response) -> None:
            document = response.request.resource_type == "document"
            if response.status >= 500 or (response.status >= 400 and not document):
                self.complaints.append(f"{response.status} {response.url}")

        page.on("response", answered)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "console",
            lambda said: (
                said.type == "error"
                and not said.text.startswith("Failed to load resource")
                and self.complaints.append(said.text)
            ),
        )


def session_of(role: str) -> str:
    """Return the key of a session of somebody who holds this role (``role:login`` for another)."""
    account = person(*role.split(":"))
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def follow(page: Page, to: Locator) -> None:
    """Click what leads to another page and be there; a click alone returns before the page goes."""
    with page.expect_navigation():
        to.click()


def violations(page: Page) -> list[str]:
    """Return what axe finds against WCAG 2.2 AA: the rule and where."""
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]


def overflow(page: Page) -> int:
    """Return by how many px the page is wider than the screen."""
    wider = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return int(wider)
