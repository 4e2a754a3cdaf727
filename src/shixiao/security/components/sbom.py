"""SBOM: the list of components of a system, in the JSON form of CycloneDX 1.2 to 1.7.

A component is known by its package URL (purl): ecosystem, name, version. One without is kept, for
it cannot be assessed and must be named.
Source: CycloneDX (ECMA-424); package-url/purl-spec (ECMA-427).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from shixiao.security.documents import parse_json, read_json
from shixiao.terms import BadInput, Text

MOST = 200_000
LONGEST = 500  # signs of a purl, name or version
DEEPEST = 50  # components within components
NO_SBOM = Text(
    "不是 CycloneDX 的 JSON 物料清单；请用 1.2 以上版本导出。",
    "This is no SBOM of CycloneDX in JSON; export one of version 1.2 or later.",
)
LARGE = Text("物料清单过大。", "The SBOM is too large.")
EMPTY = Text("物料清单里没有组件。", "The SBOM lists no component.")
PURL = re.compile(r"pkg:([A-Za-z][A-Za-z0-9.+-]*)/([^@?#]+)(?:@([^?#]+))?(?:[?#].*)?", re.DOTALL)
ECOSYSTEMS = {
    "pypi": "PyPI", "npm": "npm", "maven": "Maven", "golang": "Go", "cargo": "crates.io",
    "nuget": "NuGet", "gem": "RubyGems", "composer": "Packagist", "deb": "Debian",
}  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class Component:
    """A component.

    Attributes:
        ecosystem: as OSV calls it; "" where unknown.
        name: as its ecosystem writes it, in the canonical form.
        version: "" where none is given.
        shown: what a reader finds it by: its purl, or its name.
    """

    ecosystem: str
    name: str
    version: str
    shown: str


def read_sbom(path: Path) -> tuple[Component, ...]:
    """Return the components of an SBOM, each once, in order.

    Raises:
        BadInput: it cannot be read, is too large, or is none.
    """
    return _listed(read_json(path, wrong=NO_SBOM), path.name)


def parse_sbom(data: bytes, *, file: str) -> tuple[Component, ...]:
    """Return the components of an SBOM by the bytes of its file, each once, in order.

    Raises:
        BadInput: it is too large, or is none.
    """
    return _listed(parse_json(data, file=file, wrong=NO_SBOM), file)


def _listed(data: Any, file: str) -> tuple[Component, ...]:
    if not isinstance(data, Mapping) or data.get("bomFormat") != "CycloneDX":
        raise BadInput(NO_SBOM, file=file)
    found = set()
    for each in _components(data, file, 0):
        found.add(_component(each, file))
        if len(found) > MOST:
            raise BadInput(LARGE, file=file)
    if not found:
        raise BadInput(EMPTY, file=file)
    return tuple(sorted(found))


def _components(data: Mapping[str, Any], file: str, depth: int) -> Iterator[Mapping[str, Any]]:
    listed = data.get("components", [])
    if not isinstance(listed, list) or depth > DEEPEST:
        raise BadInput(NO_SBOM, file=file)
    for each in listed:
        if not isinstance(each, Mapping):
            raise BadInput(NO_SBOM, file=file)
        if each.get("type") != "file":
            yield each
        yield from _components(each, file, depth + 1)


def _component(each: Mapping[str, Any], file: str) -> Component:
    name, version, purl = (each.get(key) or "" for key in ("name", "version", "purl"))
    texts = (name, version, purl)
    if not all(isinstance(text, str) and len(text) <= LONGEST for text in texts):
        raise BadInput(NO_SBOM, file=file)
    parts = PURL.fullmatch(purl)
    if parts is None:
        shown = f"{name} {version}".strip() or purl or "?"
        return Component("", _clean(name), _clean(version), _clean(shown))
    kind, path, stated = parts.group(1).lower(), parts.group(2), parts.group(3) or ""
    ecosystem = ECOSYSTEMS.get(kind, kind)
    called = unquote(path.strip("/"))
    return Component(
        ecosystem,
        canonical(ecosystem, _clean(called)),
        _clean(unquote(stated)) or _clean(version),
        _clean(purl),
    )


def canonical(ecosystem: str, name: str) -> str:
    """Return the one writing of a name in its ecosystem (PyPI: PEP 503; npm: lower case)."""
    if ecosystem == "PyPI":
        return re.sub(r"[-_.]+", "-", name).lower()
    return name.lower() if ecosystem == "npm" else name


def _clean(text: str) -> str:
    return "".join(sign if sign.isprintable() else "�" for sign in text)
