"""A commission with items of two departments, made row by row: for tests of who sees what."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from shixiao.effect.fieldtests import source_of
from shixiao.records.models import (
    Assignment,
    Commission,
    Draw,
    Engagement,
    Evaluated,
    Evaluator,
    Item,
    Organisation,
    Sheet,
    SigningKey,
)
from shixiao.terms import Text
from shixiao.workflows import files
from tests.cast import NOW, TODAY, Cast

OWN, FOREIGN = "own", "foreign"
PLACE = {OWN: "health", FOREIGN: "housing"}


@dataclass
class Field:
    """A commission of each department, tested by the cast's evaluator or by somebody else."""

    commissions: dict[str, Commission] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    assignments: dict[str, Assignment] = field(default_factory=dict)
    sheets: dict[str, Sheet] = field(default_factory=dict)
    keys: dict[str, SigningKey] = field(default_factory=dict)
    draws: dict[str, Draw] = field(default_factory=dict)


def make_field(cast: Cast, *, state: str = "testing", signed: bool = False) -> Field:
    """Make for each department a commission in this state, with one item and one draft."""
    made = Field()
    if "other" not in cast.accounts:
        other = type(cast.accounts["zheng"]).objects.create_user("other", name="Other")
        other.posts.create(
            organisation=cast.places["institute"], role="evaluator", starts="2026-01-01"
        )
        cast.accounts["other"] = other
    for n, (whose, place) in enumerate(PLACE.items()):
        account = cast.accounts["zheng" if whose == OWN else "other"]
        department = cast.places[place]
        commission = _commission(cast, department, state)
        engagement = Engagement.objects.create(
            commission=commission, body=cast.places["institute"], leads=True
        )
        evaluator = Evaluator.objects.create(
            commission=commission, engagement=engagement, account=account, state="declared"
        )
        item = Item.objects.create(
            commission=commission,
            service=f"S{n}",
            name=Text("转移登记", "Transfer"),
            department=department,
            mode="online",
            audience="everybody",
        )
        assignment = Assignment.objects.create(
            item=item, evaluator=evaluator, given=NOW, state="signed" if signed else "open"
        )
        made.keys[whose] = SigningKey.objects.create(
            account=account, public=f"{n}" * 44, fingerprint=f"{n}" * 64, registered=NOW
        )
        made.sheets[whose] = Sheet.objects.create(
            assignment=assignment,
            once=f"device-{n}-{'x' * 8}",
            started=NOW,
            received=NOW,
            state="signed" if signed else "draft",
        )
        made.draws[whose] = Draw.objects.create(
            subject=commission.code,
            tag="services",
            root="0" * 64,
            pool={"ids": ["S1"], "salt": "1" * 32},
            frozen_at=NOW,
            head="0" * 64,
        )
        made.commissions[whose], made.items[whose] = commission, item
        made.assignments[whose] = assignment
    return made


def _commission(cast: Cast, department: Organisation, state: str) -> Commission:
    commission = Commission.objects.create(
        kind="occasional",
        name=Text("体验", "Tests"),
        state=state,
        entered=NOW,
        starts=TODAY,
        ends=TODAY + timedelta(days=30),
        letter=files.store(b"%PDF-1.7", at=NOW),
        letter_name="letter.pdf",
        letter_type="application/pdf",
        protocol=source_of("service"),
        protocol_sha256="0" * 64,
        modes=["online"],
        audiences=["everybody"],
        services=1,
        made=NOW,
        made_by=cast.accounts["li"],
    )
    Evaluated.objects.create(commission=commission, department=department)
    return commission
