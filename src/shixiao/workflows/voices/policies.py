"""Policy: which preset of the clocks a place uses; the choice has a reason and is public."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shixiao.records.models import VoicePolicy
from shixiao.rules import load_calendar
from shixiao.terms import Text
from shixiao.voice.handling import Policy, table
from shixiao.voice.handling.course import STANDARD
from shixiao.workflows.actors import Actor
from shixiao.workflows.clock import pack
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import needed
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Incomplete

NO_PRESET = Text("请选择一种预设。", "Choose a preset.")


def policy(preset: str = STANDARD) -> Policy:
    """Return rules and calendar with a preset; the intake needs none."""
    return Policy(pack(), load_calendar("cn"), preset)


def policy_now() -> Policy:
    """Return rules and calendar with the preset that the place has chosen."""
    chosen = VoicePolicy.objects.values_list("preset", flat=True).first()
    return policy(chosen or STANDARD)


@transaction.atomic
def choose(preset: str, *, reason: str, actor: Actor, at: datetime) -> VoicePolicy:
    """Choose a preset; clocks that run keep their day.

    Raises:
        Forbidden: the person may not.
        Incomplete: no such preset, or no reason.
    """
    check(actor, "voice.govern")
    if preset not in table()["presets"]:
        raise Incomplete(NO_PRESET, field="preset")
    why = needed(reason, field="reason")
    made = VoicePolicy.objects.create(preset=preset, reason=why, at=at, by=signed_in(actor))
    sealed = {"actor": actor.account, "reason": why}
    put("voice.policy", "policy", at=at, facts={"outcome": preset}, sealed=sealed)
    return made
