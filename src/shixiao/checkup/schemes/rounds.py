"""Can a round of appraisal be trusted? Frozen scheme → measured → contested → published.

A round is a plain value. What may follow what is the table TRANSITIONS; each action checks its own
guards. The scheme is frozen by its hash before anything is measured, results may be replaced until
publication and never after, and nothing is published while a contest is unanswered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from shixiao.checkup.schemes.scheme import Scheme
from shixiao.seals import sha256_of
from shixiao.terms import BadInput, Text

SCHEMA = "shixiao/round/1"


class State(StrEnum):
    """Where a round stands."""

    FROZEN = "frozen"
    MEASURED = "measured"
    CONTESTED = "contested"
    PUBLISHED = "published"


STATES = {
    State.FROZEN: Text("已冻结", "frozen"),
    State.MEASURED: Text("已测算", "measured"),
    State.CONTESTED: Text("异议中", "contested"),
    State.PUBLISHED: Text("已公布", "published"),
}
# (action, from): to. What is not here is refused.
TRANSITIONS: Mapping[tuple[str, State], State] = {
    ("measure", State.FROZEN): State.MEASURED,
    ("measure", State.MEASURED): State.MEASURED,
    ("measure", State.CONTESTED): State.CONTESTED,
    ("contest", State.MEASURED): State.CONTESTED,
    ("contest", State.CONTESTED): State.CONTESTED,
    ("answer", State.CONTESTED): State.CONTESTED,
    ("publish", State.MEASURED): State.PUBLISHED,
    ("publish", State.CONTESTED): State.PUBLISHED,
}
ACTIONS = {
    "measure": Text("测算", "measured"),
    "contest": Text("提出异议", "contested"),
    "answer": Text("答复异议", "answered"),
    "publish": Text("公布", "published"),
}


@dataclass(frozen=True, slots=True)
class Contest:
    """An objection to one indicator, and what was answered."""

    number: int
    indicator: str
    reason: str
    on: str
    answer: str | None = None
    answered_on: str | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One round of appraisal; every action returns a new value.

    Attributes:
        scheme_hash: of the frozen scheme (:attr:`Scheme.hash`).
        indicators: its names, so that contests can be checked.
        results: what was measured (the JSON of the appraisal), with its hash.
    """

    scheme_hash: str
    indicators: tuple[str, ...]
    frozen_on: str
    state: State = State.FROZEN
    results: Mapping[str, Any] | None = None
    results_hash: str | None = None
    measured_on: str | None = None
    contests: tuple[Contest, ...] = field(default=())
    published_on: str | None = None

    @classmethod
    def freeze(cls, scheme: Scheme, *, on: date) -> Round:
        """Open a round on a scheme as it stands."""
        names = tuple(indicator.name for indicator in scheme.indicators)
        return cls(scheme.hash, names, on.isoformat())

    def measure(self, scheme: Scheme, results: Mapping[str, Any], *, on: date) -> Round:
        """Record results; refused when the scheme is no longer the frozen one."""
        state = self._after("measure", on)
        self.check_scheme(scheme)
        return replace(
            self,
            state=state,
            results=results,
            results_hash=sha256_of(results),
            measured_on=on.isoformat(),
        )

    def contest(self, indicator: str, reason: str, *, on: date) -> Round:
        """Record an objection to an indicator of the scheme."""
        state = self._after("contest", on)
        if indicator not in self.indicators:
            raise BadInput(
                Text(
                    f"冻结的考核办法中没有“{indicator[:60]}”这项指标。",
                    f"the frozen scheme has no indicator “{indicator[:60]}”",
                )
            )
        _check_words(reason, Text("异议应写明理由", "a contest needs a reason"))
        entry = Contest(len(self.contests) + 1, indicator, reason.strip(), on.isoformat())
        return replace(self, state=state, contests=(*self.contests, entry))

    def answer(self, number: int, words: str, *, on: date) -> Round:
        """Answer a contest by its number; an answer stands once given."""
        state = self._after("answer", on)
        _check_words(words, Text("答复不能为空", "an answer needs words"))
        found = next((c for c in self.contests if c.number == number), None)
        if found is None or found.answer is not None:
            wording = (
                Text(f"没有第 {number} 号异议。", f"there is no contest {number}")
                if found is None
                else Text(f"第 {number} 号异议已经答复。", f"contest {number} is answered already")
            )
            raise BadInput(wording)
        answered = replace(found, answer=words.strip(), answered_on=on.isoformat())
        contests = tuple(answered if c.number == number else c for c in self.contests)
        return replace(self, state=state, contests=contests)

    def publish(self, *, on: date) -> Round:
        """Close the round; refused while a contest is unanswered."""
        state = self._after("publish", on)
        waiting = [contest.number for contest in self.contests if contest.answer is None]
        if waiting:
            listed = "、".join(map(str, waiting))
            raise BadInput(
                Text(
                    f"第 {listed} 号异议尚未答复，不能公布。",
                    f"contest {listed} is not answered yet; nothing can be published",
                )
            )
        return replace(self, state=state, published_on=on.isoformat())

    def check_scheme(self, scheme: Scheme) -> None:
        """Refuse a scheme that differs from the frozen one.

        Raises:
            BadInput: the hashes differ.
        """
        if scheme.hash != self.scheme_hash:
            raise BadInput(
                Text(
                    f"考核办法在 {self.frozen_on} 冻结之后被改动过，不能再按这一轮测算；"
                    "请恢复原文，或另开一轮。",
                    f"the scheme was changed after it was frozen on {self.frozen_on} and cannot be "
                    "used in this round; restore it, or freeze a new round",
                ),
                file=scheme.file,
            )

    def to_json(self) -> dict[str, Any]:
        """Return the round as plain JSON values."""
        return {"schema": SCHEMA, **asdict(self), "state": str(self.state)}

    @classmethod
    def from_json(cls, value: object, *, file: str) -> Round:
        """Read a round and check that it holds together.

        Raises:
            BadInput: it is no round, or its results are not the ones that were recorded.
        """
        return _read(value, file)

    def _after(self, action: str, on: date) -> State:
        """Return the state that an action leads to, or refuse it."""
        state = TRANSITIONS.get((action, self.state))
        if state is None:
            raise BadInput(
                Text(
                    f"本轮{STATES[self.state].zh}，不能再{ACTIONS[action].zh}。",
                    f"this round is {STATES[self.state].en}; it cannot be {ACTIONS[action].en} now",
                )
            )
        if on.isoformat() < self._last_day():
            raise BadInput(
                Text(
                    f"日期 {on} 早于本轮上一步的日期 {self._last_day()}。",
                    f"the date {on} lies before the last step of this round ({self._last_day()})",
                )
            )
        return state

    def _last_day(self) -> str:
        days = [self.frozen_on, self.measured_on, *(c.on for c in self.contests)]
        days += [c.answered_on for c in self.contests]
        return max(day for day in days if day is not None)


def _check_words(words: str, wrong: Text) -> None:
    if not words.strip():
        raise BadInput(wrong)


def _read(value: object, file: str) -> Round:
    try:
        found = _round(value)
    except (KeyError, TypeError, ValueError):
        raise BadInput(
            Text(
                "这不是一轮考核的记录；请使用 --freeze 写出的文件。",
                "this is no record of a round; use the file that --freeze wrote",
            ),
            file=file,
        ) from None
    if found.results is not None and sha256_of(found.results) != found.results_hash:
        raise BadInput(
            Text(
                "记录中的结果与其散列值不符，已被改动。",
                "the results do not fit their hash; the record was changed",
            ),
            file=file,
        )
    return found


def _round(value: object) -> Round:
    if not isinstance(value, Mapping) or value.get("schema") != SCHEMA:
        raise TypeError("no round")
    fields: dict[str, Any] = {key: item for key, item in value.items() if key != "schema"}
    fields["state"] = State(fields["state"])
    fields["indicators"] = tuple(map(str, fields["indicators"]))
    fields["contests"] = tuple(Contest(**contest) for contest in fields["contests"])
    date.fromisoformat(fields["frozen_on"])
    if (fields["results"] is None) != (fields["state"] is State.FROZEN):
        raise ValueError("results and state disagree")
    return Round(**fields)
