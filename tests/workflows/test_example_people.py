"""What people say in the example goes its lawful way, and there is something of each state."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from django.utils import timezone

from shixiao.records.models import DecisionMatter, HearingSeat, Voice, VoiceTopic
from shixiao.voice.decree713 import standing
from shixiao.workflows.consultations.moving import log_of
from shixiao.workflows.example_consultations import SEATS, consult
from shixiao.workflows.example_voices import HELP, TOLD, speak
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _place(place: Path) -> None:
    """The ledger and files go to a folder of the test."""


def test_matters_stand_in_several_states_and_a_need_has_a_proposal(cast: Cast) -> None:
    today = timezone.localdate()
    people = {"analyst": cast.actor("li", today=today), "head": cast.actor("zhou", today=today)}
    speak(cast.places["health"], people, timezone.now())
    states = Counter(Voice.objects.values_list("state", flat=True))
    assert states.total() == len(HELP) + len(TOLD)
    assert {"received", "assigned", "replied", "closed"} <= states.keys()
    topic = VoiceTopic.objects.order_by("-people").first()
    assert topic is not None
    assert topic.people >= 11  # enough to be told in public
    assert "上门" in topic.terms
    assert topic.proposals.get().outcome == "adopt_part"


def test_a_consultation_is_open_one_is_replied_to_and_one_has_a_hearing(cast: Cast) -> None:
    today = timezone.localdate()
    whose = {"analyst": "li", "head": "zhou", "head2": "wu"}
    people = {name: cast.actor(who, today=today) for name, who in whose.items()}
    consult(cast.places["health"], cast.places["housing"], people, timezone.now())
    rows = DecisionMatter.objects.all()
    stands = {row.name.en.split(" ")[0]: standing(log_of(row)) for row in rows}
    assert "close" not in stands["Booking"]
    assert "settle" in stands["Rules"]
    assert {"announce", "choose"} <= stands["Charges"]
    drawn = HearingSeat.objects.filter(drawn__isnull=False)
    assert drawn.count() == 5 < len(SEATS)
    assert Counter(drawn.values_list("side", flat=True)).keys() == {"s0", "s1", "s2"}
    open_ = DecisionMatter.objects.get(until__gte=today, hearing__isnull=True)
    assert open_.comments.filter(state="waiting").count() == 1
    assert open_.opinion_runs.exists()
