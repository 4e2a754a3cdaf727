"""What an evaluating body did: counts over its published rounds, from records alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from shixiao.records.models import Assignment, Commission, Engagement, Organisation, Sheet
from shixiao.terms import Estimate, Text

NONE = Text("没有签字计入的评分表。", "No sheet of it was signed and counts.")


@dataclass(frozen=True, slots=True)
class Round:
    """A body in one published commission.

    Attributes:
        commission: which.
        leads: whether it led.
        given: sheets that were its to sign.
        signed: of these, signed and counted.
        missing: never signed by the end of the tests.
        withdrawn: given up by its people, and taken over by others.
        void: made void for a tie that was not declared.
        late: forms that came after the end.
        ties: evaluators who declared a tie.
        undeclared: evaluators with a tie that was found later.
        agreement: α of its sheets with those of others on the same items.
    """

    commission: Commission
    leads: bool
    given: int
    signed: int
    missing: int
    withdrawn: int
    void: int
    late: int
    ties: int
    undeclared: int
    agreement: Estimate


def rounds_of(body: Organisation) -> list[Round]:
    """Return the published rounds in which a body took part, the newest first."""
    rows = Engagement.objects.filter(
        body=body, commission__state="published", excluded__isnull=True
    ).select_related("commission", "body")
    return [_round(row) for row in rows.order_by("-commission__published")]


def _round(engagement: Engagement) -> Round:
    commission = engagement.commission
    people = list(engagement.evaluators.all())
    states: dict[str, int] = defaultdict(int)
    assigned = Assignment.objects.filter(evaluator__in=people)
    for state in assigned.values_list("state", flat=True):
        states[state] += 1
    late = Sheet.objects.filter(assignment__evaluator__in=people, state=Sheet.State.LATE)
    return Round(
        commission=commission,
        leads=engagement.leads,
        given=states["open"] + states["signed"],
        signed=states["signed"],
        missing=states["open"],
        withdrawn=states["withdrawn"],
        void=states["void"],
        late=late.count(),
        ties=sum(bool(person.ties) and person.found_later is None for person in people),
        undeclared=sum(person.found_later is not None for person in people),
        agreement=_agreement(engagement),
    )


def _agreement(engagement: Engagement) -> Estimate:
    """Return α over the items that this body's people tested, as it was when scores were sealed."""
    found = (engagement.commission.results or {}).get("bodies", {}).get(engagement.body.code)
    return Estimate.from_json(found) if found else Estimate.insufficient(0, NONE)
