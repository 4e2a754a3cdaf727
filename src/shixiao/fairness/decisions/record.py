"""Decision records: what was decided about one person, by whom, and everything that explains it.

A record names system and version, the facts with their register and day, the rules that fired, what
the system advised and what was decided, who did what, and how the case came up. Nothing in it names
a person: ``person`` is a pseudonym of the department. A record that cannot be relied on is refused
with a sentence; a part that explains and is missing is counted (``parts``), for the decision was
made all the same.

Source: knowledge of DESIGN §4 (tables decisions, decision_factors); 个人信息保护法 art. 24.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from shixiao.fairness.counting import MOST_GROUPS
from shixiao.seals import sha256_of
from shixiao.terms import BadInput, Text

Scalar = str | int | float | bool | None
ARMS = ("random", "algorithm", "complaint")
ROLES = ("automatic", "advice", "support", "none")
"""What the system did: decided alone, advised, prepared, or had no part."""
LONGEST_NAME, LONGEST_VALUE, LONGEST_TEXT = 100, 500, 5_000
MOST_INPUTS, MOST_FACTORS, MOST_RULES = 200, 100, 50
AHEAD = timedelta(minutes=5)  # by which clocks may differ
FIRST = datetime(2000, 1, 1, tzinfo=UTC)
LARGEST = 10**15
"""Numbers beyond it are not exact in every program that reads them."""
FIELDS = frozenset(
    [
        "decision_id",
        "system_id",
        "version",
        "ts",
        "began",
        "told",
        "person",
        "service_id",
        "channel",
        "region",
        "arm",
        "arm_probability",
        "inputs",
        "inputs_hash",
        "factors",
        "rules",
        "recommended",
        "final",
        "score",
        "outcome",
        "official_id",
        "system_role",
        "human_role",
        "groups",
        "group_key",
        "article",
        "explanation",
    ]
)
REQUIRED = ("decision_id", "system_id", "version", "ts", "final")
_HIDDEN = frozenset("\u200b\u2028\u2029\ufeff") | {chr(c) for c in range(0x202A, 0x202F)}
_HIDDEN |= {chr(c) for c in range(0x2066, 0x206A)}


@dataclass(frozen=True, slots=True)
class Factor:
    """A fact that a decision rests on.

    Attributes:
        name: as the system calls it.
        value: what was used.
        source: the register that it comes from; "" where it is not said.
        day: of which day it is.
        article: why it counts; "" where it is not said.
    """

    name: str
    value: Scalar
    source: str = ""
    day: date | None = None
    article: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the factor as a record holds it."""
        day = self.day.isoformat() if self.day else None
        named = {"name": self.name, "value": self.value, "source": self.source}
        return named | {"day": day, "article": self.article}


@dataclass(frozen=True)
class Record:
    """One decision.

    Attributes:
        decision_id: number that the department gave it; unique within a system.
        system_id: identifier of the system on the register.
        version: version of the system.
        ts: when it was decided.
        final: what was decided in the end.
        recommended: what the system advised or decided; "" where it said nothing.
        began: when the case began; None where unknown.
        told: day on which the person was told.
        person: pseudonym of the person.
        arm, probability: how the case came up, and with which chance.
        inputs: what the system was given; empty where only the hash is sent.
        inputs_hash: SHA-256 of the canonical JSON of the inputs, in hex; "" where unknown.
        factors: facts that it rests on.
        rules: ids of the rules that fired.
        groups: groups of persons, by attribute; empty where only ``group_key`` is sent.
        group_key: key by which a population office counts groups without telling them.
    """

    decision_id: str
    system_id: str
    version: str
    ts: datetime
    final: str
    recommended: str = ""
    began: datetime | None = None
    told: date | None = None
    person: str = ""
    service_id: str = ""
    channel: str = ""
    region: str = ""
    arm: str = ""
    probability: float | None = None
    inputs: Mapping[str, Scalar] | None = None
    inputs_hash: str = ""
    factors: tuple[Factor, ...] = ()
    rules: tuple[str, ...] = ()
    score: float | None = None
    outcome: str = ""
    official: str = ""
    system_role: str = ""
    human_role: str = ""
    groups: Mapping[str, str] | None = None
    group_key: str = ""
    article: str = ""
    explanation: str = ""

    @property
    def result(self) -> str:
        """What the system said: its advice, or what was decided where it gave none."""
        return self.recommended or self.final

    @property
    def days(self) -> float | None:
        """Processing days; None where the beginning is not known."""
        return None if self.began is None else (self.ts - self.began).total_seconds() / 86_400

    @cached_property
    def plain(self) -> dict[str, Any]:
        """The record as plain values of JSON; what is not known is left out."""
        plain: dict[str, Any] = {
            "ts": self.ts.astimezone(UTC).isoformat(),
            "began": self.began.astimezone(UTC).isoformat() if self.began else None,
            "told": self.told.isoformat() if self.told else None,
            "factors": [factor.to_json() for factor in self.factors],
            "rules": list(self.rules),
            "inputs": dict(self.inputs) if self.inputs else None,
            "groups": dict(self.groups) if self.groups else None,
            "arm_probability": self.probability,
            "official_id": self.official,
        }
        for name in FIELDS - set(plain):
            plain[name] = getattr(self, name)
        return {name: value for name, value in plain.items() if value not in (None, "", [])}

    @cached_property
    def sha256(self) -> str:
        """The hash of its content: equal for what was sent twice."""
        return sha256_of(self.plain)

    def missing(self) -> tuple[str, ...]:
        """Return the parts of an explanation that are not there (``data/explanation.yaml``)."""
        there = {
            "version": self.version,
            "roles": self.system_role and (self.human_role or self.system_role == "automatic"),
            "official": self.official or self.system_role == "automatic",
            "article": self.article or (all(f.article for f in self.factors) and self.factors),
            "factors": self.factors,
            "sources": self.factors and all(factor.source for factor in self.factors),
            "days": self.factors and all(factor.day for factor in self.factors),
            "rules": self.rules or self.score is not None,
            "inputs": self.inputs_hash,
            "explanation": self.explanation,
            "arm": self.arm and self.probability is not None,
            "told": self.told,
        }
        return tuple(name for name, found in there.items() if not found)


def read_record(given: object, *, now: datetime, zone: ZoneInfo) -> Record:
    """Read one decision as it was sent.

    Args:
        given: an object of JSON, or a row of a table with the same names.
        now: a decision cannot lie later.
        zone: of times that name none.

    Raises:
        BadInput: it cannot be relied on; ``column`` says which part.
    """
    if not isinstance(given, Mapping):
        raise BadInput(Text("应为一个对象。", "an object is needed"))
    unknown = [str(name)[:40] for name in given if name not in FIELDS]
    if unknown:
        there = ", ".join(sorted(FIELDS))
        raise BadInput(
            Text(f"没有这一项；可用：{there}。", f"there is no such part; there are: {there}"),
            column=unknown[0],
        )
    texts = {name: _word(given.get(name), name) for name in _TEXTS}
    for name in REQUIRED:
        if name != "ts" and not texts[name]:
            raise BadInput(Text("必须填写。", "it is required"), column=name)
    ts = _moment(given.get("ts"), "ts", zone)
    if ts is None:
        raise BadInput(Text("必须填写。", "it is required"), column="ts")
    began, told = _moment(given.get("began"), "began", zone), _day(given.get("told"), "told")
    _check_times(ts, began, told, now, zone)
    _check_words(texts)
    probability = _number(given.get("arm_probability"), "arm_probability")
    if probability is not None and not 0 < probability <= 1:
        text = Text("概率应大于 0、不大于 1。", "a probability is above 0 and at most 1")
        raise BadInput(text, column="arm_probability")
    inputs = _inputs(given.get("inputs"))
    return Record(
        **{name: texts[name] for name in _TEXTS if name not in {"official_id", "inputs_hash"}},
        official=texts["official_id"],
        inputs_hash=_hash_of(inputs, texts["inputs_hash"]),
        ts=ts,
        began=began,
        told=told,
        probability=probability,
        score=_number(given.get("score"), "score"),
        inputs=inputs,
        factors=tuple(_factor(each) for each in _several(given, "factors", MOST_FACTORS)),
        rules=tuple(_word(each, "rules") for each in _several(given, "rules", MOST_RULES)),
        groups=_groups(given.get("groups")),
        explanation=_text(given.get("explanation"), "explanation", LONGEST_TEXT, lines=True),
        article=_text(given.get("article"), "article", LONGEST_VALUE),
    )


_TEXTS = (
    "decision_id", "system_id", "version", "final", "recommended", "person", "service_id",
    "channel", "region", "arm", "outcome", "official_id", "system_role", "human_role", "group_key",
    "inputs_hash",
)  # fmt: skip


def _check_times(
    ts: datetime, began: datetime | None, told: date | None, now: datetime, zone: ZoneInfo
) -> None:
    if not FIRST <= ts <= now + AHEAD:
        raise BadInput(
            Text("决定时间晚于现在，或早于 2000 年。", "it lies in the future, or before 2000"),
            column="ts",
        )
    if began is not None and (began > ts or began < FIRST):
        raise BadInput(
            Text(
                "开始时间晚于决定时间（办理时间为负）或早于 2000 年。",
                "it begins after it was decided (a negative time), or before 2000",
            ),
            column="began",
        )
    if told is not None and not ts.astimezone(zone).date() <= told <= now.date() + timedelta(1):
        raise BadInput(
            Text("告知日早于决定日或晚于今天。", "it was told before it was made, or later"),
            column="told",
        )


def _check_words(texts: Mapping[str, str]) -> None:
    for name, known in (("arm", ARMS), ("system_role", ROLES)):
        if texts[name] and texts[name] not in known:
            there = ", ".join(known)
            raise BadInput(
                Text(f"只能是：{there}。", f"it can only be one of: {there}"), column=name
            )


def _hash_of(inputs: Mapping[str, Scalar] | None, stated: str) -> str:
    if stated and (len(stated) != 64 or set(stated) - set("0123456789abcdef")):
        raise BadInput(
            Text(
                "应为 64 位小写十六进制的 SHA-256。", "a SHA-256 in 64 small hex digits is needed"
            ),
            column="inputs_hash",
        )
    if inputs is None:
        return stated
    found = sha256_of(inputs)
    if stated and stated != found:
        raise BadInput(
            Text(
                "与所附输入的哈希不符（输入规范 JSON 的 SHA-256）。",
                "it is not the hash of the inputs (SHA-256 of their canonical JSON)",
            ),
            column="inputs_hash",
        )
    return found


def _inputs(given: object) -> Mapping[str, Scalar] | None:
    if given in (None, {}):
        return None
    return {_word(k, "inputs"): _scalar(v, "inputs") for k, v in _object(given, "inputs").items()}


def _groups(given: object) -> Mapping[str, str] | None:
    if given in (None, {}):
        return None
    found = _object(given, "groups", MOST_GROUPS)
    named = {_word(name, "groups"): _word(value, "groups") for name, value in found.items()}
    return {name: value for name, value in named.items() if value}


def _object(given: object, name: str, most: int = MOST_INPUTS) -> Mapping[Any, Any]:
    if not isinstance(given, Mapping):
        raise BadInput(Text("应为一个对象。", "an object is needed"), column=name)
    if len(given) > most:
        raise BadInput(
            Text(
                f"有 {len(given)} 项，最多 {most} 项；请只送审计所需的。",
                f"there are {len(given)} and at most {most} are taken; send what an audit needs",
            ),
            column=name,
        )
    return given


def _factor(given: object) -> Factor:
    if not isinstance(given, Mapping) or not given.get("name"):
        raise BadInput(Text("每个因素都要有名称。", "each factor needs a name"), column="factors")
    return Factor(
        _word(given["name"], "factors"),
        _scalar(given.get("value"), "factors"),
        _word(given.get("source"), "factors"),
        _day(given.get("day"), "factors"),
        _text(given.get("article"), "factors", LONGEST_VALUE),
    )


def _several(given: Mapping[str, Any], name: str, most: int) -> Sequence[Any]:
    found = given.get(name)
    if found is None:
        return ()
    if not isinstance(found, list | tuple) or len(found) > most:
        raise BadInput(
            Text(f"应为最多 {most} 项的列表。", f"a list of at most {most} is needed"), column=name
        )
    return found


def _word(value: object, name: str) -> str:
    if value is None:
        return ""
    if type(value) is str:
        return _text(value, name, LONGEST_NAME)
    if isinstance(value, bool | float) or not isinstance(value, str | int):
        raise BadInput(Text("应为文字。", "a text is needed"), column=name)
    return _text(str(value), name, LONGEST_NAME)


def _text(value: object, name: str, longest: int, *, lines: bool = False) -> str:
    """Return a text without what could hide or turn around what people read."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadInput(Text("应为文字。", "a text is needed"), column=name)
    plain = value.strip()
    if len(plain) > longest:
        raise BadInput(
            Text(f"过长，最多 {longest} 字。", f"too long: {longest} characters at most"),
            column=name,
        )
    if plain.isprintable():
        return plain
    allowed = "\n\t" if lines else ""
    for sign in plain:
        if sign in allowed:
            continue
        if sign in _HIDDEN or unicodedata.category(sign) in {"Cc", "Cs", "Co", "Cn"}:
            raise BadInput(
                Text(
                    f"含有看不见的控制字符（U+{ord(sign):04X}）；请去掉。",
                    f"it holds a hidden control character (U+{ord(sign):04X}); take it out",
                ),
                column=name,
            )
    return plain


def _scalar(value: object, name: str) -> Scalar:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, name, LONGEST_VALUE)
    return _number(value, name)


def _number(value: object, name: str) -> int | float | None:
    if value is None:
        return None
    whole = isinstance(value, int) and not isinstance(value, bool)
    # A whole number of any length is finite, and math.isfinite cannot take one beyond 10^308.
    if not whole and not (isinstance(value, float) and math.isfinite(value)):
        raise BadInput(Text("应为数。", "a number is needed"), column=name)
    if abs(value) > LARGEST:  # type: ignore[arg-type]
        raise BadInput(Text("数值过大。", "the number is too large"), column=name)
    return value  # type: ignore[return-value]


def _moment(value: object, name: str, zone: ZoneInfo) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return found if found.tzinfo else found.replace(tzinfo=zone)
    except ValueError:
        raise BadInput(
            Text(
                "这不是时间；请写成 2026-03-02T09:30:00+08:00。",
                "this is no time; write 2026-03-02T09:30:00+08:00",
            ),
            column=name,
        ) from None


def _day(value: object, name: str) -> date | None:
    if value in (None, ""):
        return None
    try:
        return value if type(value) is date else date.fromisoformat(str(value)[:10])
    except ValueError:
        raise BadInput(
            Text("这不是日期；请写成 2026-03-02。", "this is no day; write 2026-03-02"), column=name
        ) from None
