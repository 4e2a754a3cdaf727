"""Decision: may a system go live? In layers that all stand on the page: need, veto, duties of an
algorithm, coverage, the three sides, score, validity.

Nothing is averaged away: one layer that does not hold refuses, and says what. Not assessed is never
passed. Source: rules SEC-20 to SEC-26; knowledge of 密评 (a veto beside the score).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from shixiao.rules import RulePack
from shixiao.security.assessing.interest import Interest
from shixiao.security.assessing.need import Need, lacks
from shixiao.security.assessing.validity import Kept, Standing, Validity, ends, validity
from shixiao.security.assessing.waiver import Waiver
from shixiao.security.scoring import Gravity, Judged, score
from shixiao.terms import Text


class Side(StrEnum):
    """The three sides of an assessment (治理、服务、实效), and security under all of them."""

    GOVERNANCE = "governance"
    SERVICE = "service"
    EFFECT = "effect"
    SECURITY = "security"


SIDES = {
    Side.GOVERNANCE: Text("治理", "Governance"),
    Side.SERVICE: Text("服务", "Service"),
    Side.EFFECT: Text("实效", "Effect"),
    Side.SECURITY: Text("安全", "Security"),
}


class Layer(StrEnum):
    """The layers of a decision, in their order."""

    NEED = "need"
    CONSULTATION = "consultation"
    VETO = "veto"
    DUTIES = "duties"
    COVERAGE = "coverage"
    SIDES = "sides"
    SCORE = "score"
    VALIDITY = "validity"


LAYERS = {
    Layer.NEED: Text("需求和立项五问", "Need and the five questions"),
    Layer.CONSULTATION: Text("征求意见", "Consultation"),
    Layer.VETO: Text("一票否决", "Veto list"),
    Layer.DUTIES: Text("算法的义务", "Duties of an algorithm"),
    Layer.COVERAGE: Text("必测项目", "Mandatory tests"),
    Layer.SIDES: Text("治理、服务、实效三方面", "Governance, service and effect"),
    Layer.SCORE: Text("得分", "Score"),
    Layer.VALIDITY: Text("证据有效期", "Validity of the evidence"),
}


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One piece of evidence in a dossier: a probe, a test with people, or a record that was read.

    Attributes:
        kept: what it is, when it was taken and how long it holds.
        side: the side that it speaks to.
        release: hash of the release that it was taken of; "" where it is of no release.
        checks: what was seen; None where it could not tell.
        reason: why it could not; beside checks, of what it could not.
    """

    kept: Kept
    side: Side
    release: str
    checks: tuple[Judged, ...] | None
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """评估卷宗: all that is known of a system when its admission is decided.

    Attributes:
        release: hash of the release that would go live.
        need: why it is wanted; None without a file.
        interest: whether it is of public interest.
        consulted: whether its consultation is complete; None where there was none.
        mandatory: names of the evidence that has to be there, by side.
        exhibits: what is there; of one name, the latest of the release counts.
        waivers: findings that are borne for a while.
        vetoes: facts beside the evidence that refuse it whatever the score is, such as a discretion
            that it exercises without authority.
        owed: duties of its level of impact that are not met.
        names: of evidence and checks, in words; the id stands for itself where there is none.
    """

    release: str
    need: Need | None
    interest: Interest
    consulted: bool | None
    mandatory: Mapping[Side, frozenset[str]]
    exhibits: tuple[Exhibit, ...]
    waivers: tuple[Waiver, ...] = ()
    vetoes: tuple[Text, ...] = ()
    owed: tuple[Text, ...] = ()
    names: Mapping[str, Text] = field(default_factory=dict)

    def called(self, name: str) -> Text:
        """Return an evidence or a check in words."""
        return self.names.get(name, Text(name, name))


@dataclass(frozen=True, slots=True)
class Held:
    """Whether one layer holds, and what stands against it where it does not."""

    layer: Layer
    holds: bool
    against: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What the evidence allows; whether it happens is for two people to say.

    Attributes:
        layers: all of them, in order.
        score: 0 to 100; None where a mandatory test could not tell.
        validity: until when the evidence holds.
        open: findings that are neither mended nor waived.
        waived: findings that are borne for a while.
        rules_sha256: hash of the rules by which it was judged.
    """

    layers: tuple[Held, ...]
    score: float | None
    validity: Validity
    open: tuple[Judged, ...]
    waived: tuple[Judged, ...]
    rules_sha256: str

    @property
    def admissible(self) -> bool:
        """Whether every layer holds."""
        return all(layer.holds for layer in self.layers)

    @property
    def conditional(self) -> bool:
        """Whether it is admissible with findings that are borne for a while."""
        return self.admissible and bool(self.waived)


def decide(dossier: Dossier, rules: RulePack, *, now: datetime) -> Decision:
    """Judge a dossier by the rules, at a time.

    Args:
        dossier: what is known.
        rules: by which it is judged.
        now: when; evidence that was taken later is none yet.
    """
    current = _current(dossier, now)
    judged = [
        replace(one, waived=any(w.covers(one, on=now.date()) for w in dossier.waivers))
        for each in current.values()
        for one in each.checks or ()
    ]
    failed = [one for one in judged if not one.passed]
    missing = _missing(dossier, current)
    wanted = frozenset().union(*dossier.mandatory.values())
    kept = [each.kept for name, each in current.items() if name in wanted]
    reached = None if missing else score(judged, rules)
    layers = (
        _layer(Layer.NEED, lacks(dossier.need)),
        _layer(Layer.CONSULTATION, _unconsulted(dossier)),
        _layer(Layer.VETO, (*dossier.vetoes, *_vetoes(dossier, failed))),
        _layer(Layer.DUTIES, dossier.owed),
        _layer(Layer.COVERAGE, missing),
        _layer(Layer.SIDES, _unassessable(dossier, current)),
        _layer(Layer.SCORE, _too_low(reached, rules)),
        _layer(Layer.VALIDITY, _expired(dossier, current, rules, now)),
    )
    return Decision(
        layers,
        reached,
        validity(kept, rules, now=now),
        tuple(one for one in failed if not one.waived),
        tuple(one for one in failed if one.waived),
        rules.hash,
    )


def _current(dossier: Dossier, now: datetime) -> dict[str, Exhibit]:
    """Return, of each name, the latest evidence of this release that was taken by now.

    A test that could not tell does not hide an older one that could, nor does it stand in for it:
    the latest that was made counts.
    """
    found: dict[str, Exhibit] = {}
    for each in sorted(dossier.exhibits, key=lambda each: each.kept.at):
        if each.kept.at <= now and each.release in ("", dossier.release):
            found[each.kept.name] = each
    return found


def _missing(dossier: Dossier, current: Mapping[str, Exhibit]) -> tuple[Text, ...]:
    found = []
    for side, names in dossier.mandatory.items():
        for name in sorted(names):
            each = current.get(name)
            called = dossier.called(name)
            if each is None or each.side is not side:
                found.append(Text(f"没有评估：{called.zh}", f"not assessed: {called.en}"))
            elif each.checks is None or each.reason is not None:
                why = each.reason or Text("没有测成", "it could not tell")
                found.append(Text(f"{called.zh}：{why.zh}", f"{called.en}: {why.en}"))
    return tuple(found)


def _unassessable(dossier: Dossier, current: Mapping[str, Exhibit]) -> tuple[Text, ...]:
    """Name the sides of which nothing can be told."""
    told = {each.side for each in current.values() if each.checks}
    return tuple(
        Text(f"{SIDES[side].zh}方面无从评估", f"nothing can be told of {SIDES[side].en.lower()}")
        for side in Side
        if side not in told or not dossier.mandatory.get(side)
    )


def _unconsulted(dossier: Dossier) -> tuple[Text, ...]:
    if not dossier.interest.public or dossier.consulted:
        return ()
    return (
        Text(
            "涉及公共利益，须先完成征求意见；据以征求意见的决策不能正在中止执行",
            "it is of public interest, and its consultation is not complete or the decision is"
            " suspended",
        ),
    )


def _vetoes(dossier: Dossier, failed: Iterable[Judged]) -> tuple[Text, ...]:
    names = dict.fromkeys(one.check for one in failed if one.severity is Gravity.VETO)
    called = [dossier.called(name) for name in names]
    return tuple(Text(f"不成立：{name.zh}", f"does not hold: {name.en}") for name in called)


def _too_low(reached: float | None, rules: RulePack) -> tuple[Text, ...]:
    least = rules.number("SEC-23")
    if reached is None:
        return (Text("没有得分：必测项目没有测全", "no score: mandatory tests are missing"),)
    if reached < least:
        return (Text(f"得分 {reached:g}，低于 {least:g}", f"score {reached:g}, below {least:g}"),)
    return ()


def _expired(
    dossier: Dossier, current: Mapping[str, Exhibit], rules: RulePack, now: datetime
) -> tuple[Text, ...]:
    wanted = sorted(frozenset().union(*dossier.mandatory.values()))
    over = [name for name in wanted if name in current and ends(current[name].kept, rules) <= now]
    if not wanted or not any(name in current for name in wanted):
        return (Text("没有有效的证据", "there is no evidence that holds"),)
    called = [dossier.called(name) for name in over]
    return tuple(Text(f"已过期：{name.zh}", f"no longer valid: {name.en}") for name in called)


def _layer(layer: Layer, against: Iterable[Text]) -> Held:
    found = tuple(against)
    return Held(layer, not found, found)


__all__ = [
    "LAYERS",
    "SIDES",
    "Decision",
    "Dossier",
    "Exhibit",
    "Held",
    "Layer",
    "Side",
    "Standing",
    "decide",
]
