"""A round as the command knows it (``shixiao appraise --round``): one file, checked anywhere."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from shixiao.checkup.schemes import Contest, Round, State
from shixiao.records.models import Appraisal
from shixiao.seals import sha256_of
from shixiao.workflows.appraisals.indicators import names_of


def round_of(appraisal: Appraisal, *, results: bool) -> Round:
    """Return a frozen appraisal as a round.

    Args:
        appraisal: frozen.
        results: whether results and contests go in; without them it reads as frozen.
    """
    names = names_of(appraisal)
    known = appraisal.results if results else None
    contests = tuple(
        Contest(
            number,
            names[row.row],
            row.reason,
            _day(row.at) or "",
            row.answer if row.answered else None,
            _day(row.answered),
        )
        for number, row in enumerate(appraisal.contests.all() if known else (), 1)
    )
    return Round(
        scheme_hash=appraisal.scheme_sha256,
        indicators=tuple(names.values()),
        frozen_on=_day(appraisal.frozen) or "",
        state=_state(appraisal, contests) if known else State.FROZEN,
        results=known,
        results_hash=sha256_of(known) if known else None,
        measured_on=_day(appraisal.measured) if known else None,
        contests=contests,
        published_on=_day(appraisal.published) if known else None,
    )


def _state(appraisal: Appraisal, contests: tuple[Contest, ...]) -> State:
    if appraisal.state == "published":
        return State.PUBLISHED
    return State.CONTESTED if contests else State.MEASURED


def _day(at: datetime | None) -> str | None:
    return timezone.localdate(at).isoformat() if at else None
