"""The register of probes: each file of ``probes`` adds itself, its texts stand beside it as data.

``probes/data/<probe>.yaml`` holds ``name``, ``about``, ``order``, ``seconds`` (how long it may
take), ``kind`` (how long its evidence holds: a part of rule SEC-21), ``profiles`` (where it is
mandatory), and ``checks``: id → ``name``, ``says`` (what is wrong, with places to fill),
``severity``, and the clauses that it speaks to (``STANDARDS``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from shixiao.datafiles import load_yaml
from shixiao.security.probing.reach import Reach
from shixiao.security.scoring import Gravity
from shixiao.terms import BadInput, Text

PACKAGE = "shixiao.security.probing.probes"
#: Clauses of these; ``rules`` are of our own rule pack.
STANDARDS = ("asvs", "mlps", "crypto", "wcag", "rules")
#: Loaded here: later it would hide the function of its name in the package above.
FOLDER = import_module(PACKAGE)


class Profile(StrEnum):
    """Which probes are run."""

    TLS = "tls"
    WEB = "web"
    API = "api"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a probe checks.

    Attributes:
        id: its name, unique in the probe.
        name: what is checked, in words.
        says: what is wrong where it fails, with places to fill.
        severity: how grave that is.
        clauses: standard → clauses that it speaks to.
    """

    id: str
    name: Text
    says: Text
    severity: Gravity
    clauses: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a probe saw of one check at one place.

    Attributes:
        check: id of the check.
        passed: whether it holds.
        locator: where, such as a path, a header or a port; "" where there is but one place.
        values: what the text of the check is filled with.
    """

    check: str
    passed: bool
    locator: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


def listed(names: Iterable[str]) -> Text:
    """Return names as a text lists them in either language; a dash where there are none."""
    found = list(names) or ["—"]
    return Text("、".join(found), ", ".join(found))


@dataclass(frozen=True, slots=True)
class Account:
    """A test account of the target.

    Attributes:
        name, password: by which it signs in.
        own: paths that are its own and nobody else's.
    """

    name: str
    password: str
    own: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """What the target is to bear, as whoever needs it says.

    Attributes:
        rate: requests a second.
        milliseconds: within which 95 of 100 are to be answered.
        paths: that are asked for in turn; the target's own where there are none.
    """

    rate: float
    milliseconds: float
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What whoever asks for the probes lends them.

    Attributes:
        ca: certificates that are trusted besides the public ones; None for none.
        openapi: path of the description of the target's interface; "" where unknown.
        login: path to which a name and password are sent; "" where unknown.
        fields: names of the two fields there.
        accounts: two test accounts.
        token: by which the target's interface lets a program in (RFC 6750); "" for none.
        workshop: folder for what tools write; None where none may be written.
        national: whether a path by national algorithms is asked for, as 密评 may do.
        tools: folder of tools that run by themselves (``make probes``).
        load: what it is to bear; None where nobody says.
    """

    ca: Path | None = None
    openapi: str = ""
    login: str = ""
    fields: tuple[str, str] = ("username", "password")
    accounts: tuple[Account, ...] = ()
    token: str = ""
    workshop: Path | None = None
    national: bool = False
    tools: Path | None = None
    load: Load | None = None


Looks = Callable[[Reach, Given], Iterable[Seen]]
_looks: dict[str, Looks] = {}


@dataclass(frozen=True, slots=True)
class Described:
    """A probe in words: what it checks, and what is wrong where a check fails.

    Attributes:
        id: its name.
        name, about: in words.
        order: place among the probes: the gentle ones first.
        seconds: how long it may take.
        kind: how long its evidence holds, a part of rule SEC-21.
        profiles: where it is mandatory.
        checks: by id.
    """

    id: str
    name: Text
    about: Text
    order: int
    seconds: float
    kind: str
    profiles: frozenset[Profile]
    checks: Mapping[str, Check]

    @classmethod
    def read(cls, name: str, text: str) -> Described:
        """Read the description of a probe from YAML that is shipped."""
        return cls(**_parts(name, load_yaml(text)))


@dataclass(frozen=True, slots=True)
class Probe(Described):
    """A probe of a running system: its words, and how it looks.

    Attributes:
        look: the probe itself.
    """

    look: Looks


def probe(name: str) -> Callable[[Looks], Looks]:
    """Register the function that looks."""

    def register(look: Looks) -> Looks:
        if name in _looks and _looks[name] is not look:
            raise ValueError(f"Two probes are called {name}")
        _looks[name] = look
        return look

    return register


@cache
def probes() -> tuple[Probe, ...]:
    """Return all probes in their order, loading every file of the folder."""
    for module in iter_modules(FOLDER.__path__):
        if not module.ispkg:
            import_module(f"{PACKAGE}.{module.name}")
    return tuple(sorted((_described(name) for name in _looks), key=lambda p: (p.order, p.id)))


def of_profile(profile: Profile) -> tuple[Probe, ...]:
    """Return the probes of a profile, all of which are mandatory there."""
    return tuple(each for each in probes() if profile in each.profiles)


def described(name: str) -> Probe:
    """Return a probe by its name.

    Raises:
        BadInput: there is none.
    """
    found = next((each for each in probes() if each.id == name), None)
    if found is None:
        raise BadInput(Text(f"没有“{name[:40]}”这项测试。", f"There is no probe “{name[:40]}”."))
    return found


def _described(name: str) -> Probe:
    text = files(PACKAGE).joinpath(f"data/{name}.yaml").read_text("utf-8")
    return Probe(**_parts(name, load_yaml(text)), look=_looks[name])


def _parts(name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": name,
        "name": Text.of(data["name"]),
        "about": Text.of(data["about"]),
        "order": int(data["order"]),
        "seconds": float(data["seconds"]),
        "kind": str(data["kind"]),
        "profiles": frozenset(Profile(each) for each in data["profiles"]),
        "checks": {key: _check(key, entry) for key, entry in data["checks"].items()},
    }


def _check(name: str, entry: Mapping[str, Any]) -> Check:
    clauses = {key: tuple(map(str, entry[key])) for key in STANDARDS if key in entry}
    return Check(
        name,
        Text.of(entry["name"]),
        Text.of(entry["says"]),
        Gravity(entry["severity"]),
        clauses,
    )
