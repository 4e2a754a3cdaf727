"""Accounts as the rows of detectors: never used again, lapsed, opened by staff in working hours."""

from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa

from shixiao.checkup.detectors.daily import working
from shixiao.checkup.detectors.rates import MONTH, Rows
from shixiao.checkup.detectors.times import with_month
from shixiao.checkup.scene import Scene, wall_clock
from shixiao.effect import DAY, day_of
from shixiao.terms import SubjectKind, Text

HOUR = 3_600_000_000
SETTLING = 30  # days that a new account gets before it can be called unused
EPOCH_ORDINAL = 719_163
STRATA = {MONTH: Text("开立月份", "month of opening")}
NO_DATE = Text("证据里没有日期", "the evidence has no dates")


def lacking_accounts(scene: Scene) -> Text | None:
    """Say why accounts cannot be looked at; None when they can."""
    return scene.lacking("accounts") or (NO_DATE if scene.as_of is None else None)


def account_rows(scene: Scene) -> Rows:
    """Return accounts with the flags ``zombie``, ``lapsed`` and ``by_staff``, where columns allow.

    zombie: never active after the day of opening. lapsed: used after that day, and not within the
    days of rule F-15. Each flag is null for accounts too young to show it.
    """
    accounts = scene.table("accounts")
    known = accounts.filter(accounts.subject_id.notnull() & accounts.created.notnull())
    opened = wall_clock(scene, known.created)
    table = known.mutate(opened_at=opened, opened_day=day_of(opened))
    today = (scene.as_of.toordinal() if scene.as_of else EPOCH_ORDINAL) - EPOCH_ORDINAL
    columns = []
    if "last_active" in table.columns:
        seen = day_of(wall_clock(scene, table.last_active))
        table = table.mutate(seen_day=seen)
        used = (table.seen_day > table.opened_day).fill_null(False)
        lapsed_days = int(scene.rules.number("F-15", "lapsed"))
        settled = table.opened_day <= today - SETTLING
        old = used & (table.opened_day <= today - lapsed_days)
        table = table.mutate(
            zombie=ibis.ifelse(settled, (~used).cast("int64"), ibis.null("int64")),
            lapsed=ibis.ifelse(
                old, (table.seen_day < today - lapsed_days).cast("int64"), ibis.null("int64")
            ),
        )
        columns += ["zombie", "lapsed"]
    if "staff" in table.columns:
        days = _working_days(scene)
        table = table.left_join(days, table.opened_day == days.office_day)
        hour = (table.opened_at % DAY) / HOUR
        low = scene.rules.number("F-12", "working_from")
        high = scene.rules.number("F-12", "working_to")
        office = table.office_day.notnull() & (hour >= low) & (hour < high)
        # Outside working hours “unknown and false” would be false: what is unknown does not count.
        by_staff = ibis.ifelse(
            table.staff.notnull(), (table.staff & office).cast("int64"), ibis.null("int64")
        )
        table = table.mutate(by_staff=by_staff)
        columns.append("by_staff")
    dated = with_month(scene, table, table.opened_at)
    narrow = dated.select("account_id", MONTH, *columns, subject=dated.subject_id)
    return Rows(
        scene.engine.keep(narrow, "account_rows"), "account_id", "accounts", SubjectKind.APP, STRATA
    )


def _working_days(scene: Scene) -> ibis.Table:
    """Return the working days of the years around the evidence, one per row."""
    today = scene.as_of.toordinal() - EPOCH_ORDINAL if scene.as_of else 0
    days = np.arange(max(0, today - 20 * 366), today + 1)
    return scene.engine.small(pa.table({"office_day": days[working(scene, days)]}))
