"""Schemes of decisions: what a department lays down about its decisions before it sends any.

Without one nobody could say which result burdens a person, which facts he can change or have put
right, which groups are counted, and where an objection or a suit goes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shixiao.fairness.counting import MOST_GROUPS
from shixiao.fairness.cube import FIXED
from shixiao.fairness.decisions.record import Record
from shixiao.terms import BadInput, Text

MOST_OUTCOMES, MOST_FACTORS, MOST_VALUES, LONGEST = 30, 200, 1_000, 500
CHANGE, CORRECT, NEITHER = "change", "correct", "neither"
CAN = (CHANGE, CORRECT, NEITHER)
"""What a person can do about a factor: change it, have it put right, or neither."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A possible result: what it is called, and whether it burdens the person."""

    name: Text
    adverse: bool


@dataclass(frozen=True, slots=True)
class FactorTerms:
    """What is laid down about a factor.

    Attributes:
        name: for people.
        register: where it is kept.
        can: one of ``CAN``.
        how: how to change it or have it put right; None where neither is possible.
        values: what its codes are called; a value without a name is told as it is.
    """

    name: Text
    register: Text
    can: str
    how: Text | None
    values: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GroupTerms:
    """What an attribute by which decisions are counted is called, and its codes."""

    name: Text
    values: Mapping[str, Text]


@dataclass(frozen=True, slots=True)
class Scheme:
    """What is laid down for the decisions of a system.

    Attributes:
        about: what is decided.
        outcomes: by the value that ``final`` and ``recommended`` have.
        factors: by name.
        groups: attributes that may be sent, at most ``MOST_GROUPS``.
        called: what they and their codes are called, as far as that was laid down.
        people: whom to ask to have a person decide, with telephone and place.
        reconsideration: where to apply for reconsideration.
        court: where to bring suit.
        irreversible: whether the effect cannot be undone; an objection then suspends it (OBJ-04).
    """

    about: Text
    outcomes: Mapping[str, Outcome]
    factors: Mapping[str, FactorTerms]
    groups: tuple[str, ...]
    people: Text
    reconsideration: Text
    court: Text
    irreversible: bool
    called: Mapping[str, GroupTerms] = field(default_factory=dict)

    def group_name(self, group: str) -> Text:
        """Return what an attribute is called."""
        return self.called[group].name if group in self.called else Text.of(group)

    def value_name(self, group: str, value: str) -> Text:
        """Return what a code of an attribute is called."""
        terms = self.called.get(group)
        return terms.values.get(value, Text.of(value)) if terms else Text.of(value)

    @property
    def adverse(self) -> tuple[str, ...]:
        """The results that burden a person."""
        return tuple(value for value, outcome in self.outcomes.items() if outcome.adverse)

    def can(self, factor: str) -> str:
        """Return what a person can do about a factor; nothing about one that is not laid down."""
        terms = self.factors.get(factor)
        return terms.can if terms else NEITHER

    def check(self, record: Record) -> None:
        """Refuse a record that speaks of results or groups that nobody laid down.

        Raises:
            BadInput: it does.
        """
        for column in ("final", "recommended"):
            value = getattr(record, column)
            if value and value not in self.outcomes:
                there = ", ".join(self.outcomes)
                raise BadInput(
                    Text(
                        f"“{value}”不在登记的结果之中：{there}。",
                        f"“{value}” is none of the results laid down: {there}",
                    ),
                    column=column,
                )
        strange = [name for name in record.groups or () if name not in self.groups]
        if strange:
            there = ", ".join(self.groups) or "—"
            raise BadInput(
                Text(
                    f"“{strange[0]}”不是登记的分组：{there}。",
                    f"“{strange[0]}” is no group laid down: {there}",
                ),
                column="groups",
            )

    def to_json(self) -> dict[str, Any]:
        """Return the scheme as JSON, as ``read_scheme`` reads it."""
        return {
            "about": self.about.to_json(),
            "outcomes": {
                value: {"name": one.name.to_json(), "adverse": one.adverse}
                for value, one in self.outcomes.items()
            },
            "factors": {
                name: {
                    "name": one.name.to_json(),
                    "register": one.register.to_json(),
                    "can": one.can,
                    "how": one.how.to_json() if one.how else None,
                }
                | _named(one.values)
                for name, one in self.factors.items()
            },
            "groups": [
                {"id": name, "name": self.called[name].name.to_json()}
                | _named(self.called[name].values)
                if name in self.called
                else name
                for name in self.groups
            ],
            "people": self.people.to_json(),
            "reconsideration": self.reconsideration.to_json(),
            "court": self.court.to_json(),
            "irreversible": self.irreversible,
        }


def read_scheme(given: object) -> Scheme:
    """Read a scheme from JSON.

    Raises:
        BadInput: a part is missing or wrong, or no result burdens anybody.
    """
    top = _mapping(given, "scheme")
    outcomes = {
        str(value)[:100]: Outcome(_both(one, "name", "outcomes"), _truth(one, "adverse"))
        for value, one in _mapping(top.get("outcomes"), "outcomes", MOST_OUTCOMES).items()
    }
    if len({one.adverse for one in outcomes.values()}) != 2:
        raise BadInput(
            Text(
                "须至少有一种对当事人不利的结果和一种其他结果。",
                "at least one result that burdens a person is needed, and one that does not",
            ),
            column="outcomes",
        )
    given_groups = top.get("groups", [])
    listed = given_groups if isinstance(given_groups, list) else [None]
    groups = [one.get("id") if isinstance(one, Mapping) else one for one in listed]
    if (
        len(groups) > MOST_GROUPS
        or any(not isinstance(name, str) or not name or name in FIXED for name in groups)
        or len(set(groups)) < len(groups)
    ):
        raise BadInput(
            Text(
                f"应为最多 {MOST_GROUPS} 个分组名称，且不同于 {', '.join(FIXED)}。",
                f"at most {MOST_GROUPS} names are taken, other than {', '.join(FIXED)}",
            ),
            column="groups",
        )
    return Scheme(
        _both(top, "about", "about"),
        outcomes,
        {
            str(name)[:100]: _factor(one)
            for name, one in _mapping(top.get("factors"), "factors", MOST_FACTORS).items()
        },
        tuple(str(name) for name in groups),
        _both(top, "people", "people"),
        _both(top, "reconsideration", "reconsideration"),
        _both(top, "court", "court"),
        _truth(top, "irreversible"),
        {
            str(one["id"]): GroupTerms(_both(one, "name", "groups"), _values(one, "groups"))
            for one in listed
            if isinstance(one, Mapping)
        },
    )


def _factor(given: object) -> FactorTerms:
    one = _mapping(given, "factors")
    can = one.get("can")
    if can not in CAN:
        there = ", ".join(CAN)
        raise BadInput(Text(f"can 只能是：{there}。", f"can is one of: {there}"), column="factors")
    how = None if can == NEITHER else _both(one, "how", "factors")
    return FactorTerms(
        _both(one, "name", "factors"),
        _both(one, "register", "factors"),
        str(can),
        how,
        _values(one, "factors"),
    )


def _values(given: Mapping[str, Any], column: str) -> dict[str, Text]:
    """Read what codes are called; nothing where that is not laid down."""
    if given.get("values") is None:
        return {}
    found = _mapping(given["values"], column, MOST_VALUES)
    return {str(value)[:100]: _both(found, value, column) for value in found}


def _named(values: Mapping[str, Text]) -> dict[str, Any]:
    """Return names of codes as JSON; nothing where there are none."""
    return {"values": {code: name.to_json() for code, name in values.items()}} if values else {}


def _mapping(given: object, column: str, most: int = 20) -> Mapping[str, Any]:
    if not isinstance(given, Mapping) or not given or len(given) > most:
        raise BadInput(
            Text(f"应为有 1 至 {most} 项的对象。", f"an object of 1 to {most} parts is needed"),
            column=column,
        )
    return given


def _both(given: object, name: str, column: str) -> Text:
    found = given.get(name) if isinstance(given, Mapping) else None
    texts = [found.get(key) for key in ("zh", "en")] if isinstance(found, Mapping) else []
    plain = [text.strip() for text in texts if isinstance(text, str)]
    if len(plain) != 2 or not all(0 < len(text) <= LONGEST for text in plain):
        raise BadInput(
            Text(
                f"{name} 应有中英文（zh、en），各不超过 {LONGEST} 字。",
                f"{name} is needed in Chinese and English (zh, en), {LONGEST} characters at most",
            ),
            column=column,
        )
    return Text(*plain)


def _truth(given: object, name: str) -> bool:
    found = given.get(name) if isinstance(given, Mapping) else None
    if not isinstance(found, bool):
        raise BadInput(Text("应为 true 或 false。", "true or false is needed"), column=name)
    return found
