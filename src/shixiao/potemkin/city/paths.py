"""The path of a case: places for steps in their order, and which activity stands in each place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from shixiao.potemkin.city.material import material

Bytes = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]


class Slot(IntEnum):
    """Places in the order of the path; BEFORE and AFTER hold what was entered out of order."""

    BEFORE = 0
    NUMBER = 1
    APPLY = 2
    SHOW = 3
    INTAKE = 4
    TYPE = 5
    EXTRA = 6
    CHECK = 7
    TOLD = 8
    MORE = 9
    ACCEPT = 10
    SUSPEND = 11
    RESUME = 12
    VERIFY = 13
    EXAMINE = 14
    REVIEW = 15
    WITHDRAW = 16
    DECIDE = 17
    CERTIFY = 18
    PAY = 19
    RECEIVE = 20
    ARCHIVE = 21
    CLOSE = 22
    AFTER = 23


SLOTS = len(Slot)
ACTORS = ("applicant", "official", "system")
PLACES = ("online", "counter", "other")
CLOCKS = ("start", "suspend", "resume", "stop")
POSTS = ("窗口岗", "受理岗", "审核岗", "核验岗", "复核岗", "审批岗", "制证岗", "档案岗")


@dataclass(frozen=True, slots=True, eq=False)
class Activities:
    """Every activity by code, with what goes into the columns of events."""

    code: dict[str, int]
    zh: tuple[str, ...]
    en: tuple[str, ...]
    actor: Bytes
    place: Bytes
    clock: Bytes
    post: Bytes

    @property
    def official(self) -> npt.NDArray[np.bool_]:
        """Which activities officials do."""
        marked: npt.NDArray[np.bool_] = self.actor == ACTORS.index("official")
        return marked


def _activities() -> Activities:
    entries = material("activities")

    def codes(key: str, values: tuple[str, ...]) -> Bytes:
        found = [values.index(e[key]) if key in e else -1 for e in entries]
        return np.array(found, dtype=np.int8)

    return Activities(
        code={entry["id"]: number for number, entry in enumerate(entries)},
        zh=tuple(entry["zh"] for entry in entries),
        en=tuple(entry["en"] for entry in entries),
        actor=codes("actor", ACTORS),
        place=codes("place", PLACES),
        clock=codes("clock", CLOCKS),
        post=codes("post", POSTS),
    )


ACTIVITIES = _activities()
#: the activity of each place at the counter; online and phone differ as ELSEWHERE says
AT_COUNTER = {
    Slot.BEFORE: "check",
    Slot.NUMBER: "number",
    Slot.APPLY: "apply_counter",
    Slot.SHOW: "papers",
    Slot.INTAKE: "intake_counter",
    Slot.TYPE: "typing",
    Slot.EXTRA: "retyping",
    Slot.CHECK: "check",
    Slot.TOLD: "told_more",
    Slot.MORE: "more_counter",
    Slot.ACCEPT: "accepted",
    Slot.SUSPEND: "suspended",
    Slot.RESUME: "resumed",
    Slot.VERIFY: "asked_other",
    Slot.EXAMINE: "examined",
    Slot.REVIEW: "examined_again",
    Slot.WITHDRAW: "withdrawn",
    Slot.DECIDE: "granted",
    Slot.CERTIFY: "certificate",
    Slot.PAY: "pay_counter",
    Slot.RECEIVE: "collect",
    Slot.ARCHIVE: "archived",
    Slot.CLOSE: "closed",
    Slot.AFTER: "archived",
}
ONLINE = {
    Slot.NUMBER: "book",
    Slot.APPLY: "apply_online",
    Slot.SHOW: "originals",
    Slot.INTAKE: "intake_online",
    Slot.TYPE: "retyping",
    Slot.MORE: "more_online",
    Slot.VERIFY: "shared_check",
    Slot.PAY: "pay_online",
    Slot.RECEIVE: "delivered",
}
ELSEWHERE: dict[str, dict[Slot, str]] = {
    "counter": {},
    "online": ONLINE,
    "phone": {**ONLINE, Slot.APPLY: "apply_phone"},
}

#: office seconds that a step takes at least, whatever the case takes in all
FIXED = {
    "counter": {Slot.APPLY: 600, Slot.SHOW: 400, Slot.INTAKE: 500, Slot.PAY: 300},
    "online": {Slot.PAY: 300},
}
#: share of the rest of the time, before it is levelled to 1
PARTS = {
    Slot.SHOW: 0.12,
    Slot.INTAKE: 0.06,
    Slot.TYPE: 0.03,
    Slot.EXTRA: 0.03,
    Slot.CHECK: 0.08,
    Slot.TOLD: 0.04,
    Slot.MORE: 0.15,
    Slot.ACCEPT: 0.05,
    Slot.SUSPEND: 0.05,
    Slot.RESUME: 0.2,
    Slot.VERIFY: 0.12,
    Slot.EXAMINE: 0.18,
    Slot.REVIEW: 0.10,
    Slot.WITHDRAW: 0.30,
    Slot.DECIDE: 0.15,
    Slot.CERTIFY: 0.08,
    Slot.PAY: 0.02,
    Slot.RECEIVE: 0.12,
    Slot.ARCHIVE: 0.05,
    Slot.CLOSE: 0.05,
}
#: no two steps of a case lie closer than this, so that only planted cases are impossibly fast
GAP = 100


def usual_activities(channel: str) -> Bytes:
    """Return the activity of every place in a channel."""
    names = {**AT_COUNTER, **ELSEWHERE[channel]}
    return np.array([ACTIVITIES.code[names[slot]] for slot in Slot], dtype=np.int8)


def step_times(channel: str) -> tuple[Floats, Floats]:
    """Return (least office seconds, share of the rest) of every place in a channel."""
    fixed, parts = np.zeros(SLOTS), np.zeros(SLOTS)
    at_once = FIXED["counter" if channel == "counter" else "online"]
    for slot, seconds in at_once.items():
        fixed[slot] = seconds
    for slot, share in PARTS.items():
        if slot not in at_once:
            parts[slot] = share
    return fixed, parts
