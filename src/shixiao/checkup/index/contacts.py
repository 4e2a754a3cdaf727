"""Repeat contact: does an ended case bring the same person back within the window?"""

from __future__ import annotations

import ibis

from shixiao.checkup.scene import Scene
from shixiao.evidence.engines import Table

DAY = 86_400_000_000


def repeat_contacts(scene: Scene, profile: Table, *, last: int, window: int) -> Table:
    """Return ``again_case`` and ``again`` (0/1) of every ended case whose window is over.

    A contact is another case or message of the same person about the same service.

    Args:
        scene: gives messages and the engine.
        profile: one row per case.
        last: µs; cases that ended later have no full window.
        window: days.
    """
    cases = profile.filter(profile.person_key.notnull() & profile.service_id.notnull()).select(
        "case_no", "service_id", "person_key", "opened", "closed"
    )
    ended = cases.filter(cases.closed.notnull() & (cases.closed < last))
    contacts = _contacts(scene, cases)
    # Most people come once: only those with a second contact need to be put in order.
    people = contacts.group_by(["service_id", "person_key"]).agg(contacts=ibis._.count())
    people = people.filter(people.contacts > 1)
    marks = ibis.union(
        ended.select(
            "service_id",
            "person_key",
            time=ended.closed,
            start=ibis.null("int64"),
            case_no=ended.case_no.cast("int64"),
        ),
        contacts.select(
            "service_id",
            "person_key",
            time=contacts.start,
            start=contacts.start,
            case_no=ibis.null("int64"),
        ),
    ).semi_join(people, ["service_id", "person_key"])
    # At the same instant the contact comes first: it is no consequence of the end.
    marks = marks.mutate(is_end=marks.start.isnull().cast("int64"))
    ahead = ibis.window(
        group_by=["service_id", "person_key"], order_by=["time", "is_end"], rows=(1, None)
    )
    marks = marks.mutate(following=marks.start.min().over(ahead))
    came = marks.filter((marks.is_end == 1) & (marks.following - marks.time <= window * DAY))
    came = came.select(came_case=came.case_no)
    joined = ended.select(again_case=ended.case_no).left_join(
        came, ibis._.again_case == came.came_case
    )
    return joined.select("again_case", again=joined.came_case.notnull().cast("int64"))


def _contacts(scene: Scene, cases: Table) -> Table:
    begun = cases.select("service_id", "person_key", start=cases.opened)
    if not scene.has("messages", "service_id", "person_key", "ts"):
        return begun
    messages = scene.table("messages")
    known = messages.filter(messages.service_id.notnull() & messages.person_key.notnull())
    return ibis.union(
        begun,
        known.select(
            service_id=known.service_id.cast("string"),
            person_key=known.person_key.cast("string"),
            start=known.ts.epoch_seconds().cast("int64") * 1_000_000,
        ),
    )
