"""Pages: which addresses and forms a page of the target names, and nothing of other sites.

Pages of strangers are rubbish at times: what cannot be read is left out, and nothing raises.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from shixiao.security.probing.reach import Answer
from shixiao.security.probing.target import PORTS, Target

MOST = 500  # links, forms and fields that are taken from a page
LONGEST = 1_000  # signs of an address


@dataclass
class Form:
    """A form of a page.

    Attributes:
        method: GET or POST.
        action: where it leads, as it was written.
        fields: name → value that stands in it.
        hidden: names of fields that nobody sees.
    """

    method: str = "GET"
    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page names.

    Attributes:
        links: addresses of the target alone, each with its query, in their order.
        parts: addresses of scripts, styles and pictures of the target.
        forms: its forms.
    """

    links: tuple[str, ...]
    parts: tuple[str, ...]
    forms: tuple[Form, ...]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.parts: list[str] = []
        self.forms: list[Form] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what a tag names."""
        said = {name: value or "" for name, value in attrs}
        if tag in ("a", "area") and "href" in said:
            self.links.append(said["href"])
        elif tag in ("script", "img", "iframe", "source", "link"):
            self.parts.append(said.get("src") or said.get("href", ""))
        elif tag == "form":
            self.forms.append(Form(said.get("method", "GET").upper(), said.get("action", "")))
            self.inside = True
        elif tag in ("input", "select", "textarea") and self.inside and said.get("name"):
            form = self.forms[-1]
            if len(form.fields) < MOST:
                form.fields[said["name"]] = said.get("value", "")
                if said.get("type", "").lower() == "hidden":
                    form.hidden.add(said["name"])

    def handle_endtag(self, tag: str) -> None:
        """Leave a form."""
        if tag == "form":
            self.inside = False


def read_page(answer: Answer, target: Target, *, at: str) -> Page:
    """Return what a page names.

    Args:
        answer: the page.
        target: whose it is.
        at: path at which it stands, by which relative addresses are read.
    """
    reader = _Reader()
    with suppress(AssertionError, ValueError):  # of HTMLParser, on declarations that are none
        reader.feed(answer.text.replace("<![", "<!"))
    return Page(
        _within(reader.links, target, at),
        _within(reader.parts, target, at),
        tuple(reader.forms[:MOST]),
    )


def within(address: str, target: Target, *, at: str) -> str:
    """Return path and query of an address of the target; "" for any other."""
    base = replace(target, scheme="https") if target.scheme == "tls" else target
    try:
        found = urlsplit(urljoin(f"{base.origin}{at or '/'}", address.strip()))
        port = found.port or PORTS.get(found.scheme)
        same = (found.hostname, port) == (target.host, target.port)
    except ValueError:
        return ""
    plain = found.scheme in ("http", "https") and found.path.isascii() and found.query.isascii()
    if not (same and plain) or len(address) > LONGEST or any(map(str.isspace, found.path)):
        return ""
    path = found.path or "/"
    return f"{path}?{found.query.replace(' ', '%20')}" if found.query else path


def _within(addresses: list[str], target: Target, at: str) -> tuple[str, ...]:
    found = (within(each, target, at=at) for each in addresses[:MOST] if each)
    return tuple(dict.fromkeys(each for each in found if each))
