"""Who sees what of an appraisal: everything from the day on which it is frozen, results in turn."""

from __future__ import annotations

from django.db.models import QuerySet

from shixiao.records.models import Appraisal
from shixiao.workflows.actors import Actor
from shixiao.workflows.roles import Scope


def inside(actor: Actor) -> bool:
    """True for those who draft, supervise or audit."""
    return actor.reach("appraisal.read") is Scope.ANY


def visible(actor: Actor) -> QuerySet[Appraisal]:
    """Return the appraisals that a person may see: once frozen, those of everybody."""
    found = Appraisal.objects.all()
    return found if inside(actor) else found.filter(frozen__isnull=False)


def newest() -> Appraisal | None:
    """Return the newest appraisal that is public and under way or published; None for none."""
    public = Appraisal.objects.filter(frozen__isnull=False)
    return public.exclude(state="withdrawn").order_by("-frozen", "-id").first()


def may_see_results(actor: Actor, appraisal: Appraisal) -> bool:
    """Say whether the person may see ranks and values.

    Those inside once they are measured; the appraised while they may contest; everybody once it is
    published.
    """
    if appraisal.results is None or appraisal.state == "withdrawn":
        return False
    if appraisal.state == "published" or inside(actor):
        return True
    appraised = appraisal.appraised.filter(department__in=actor.below)
    return appraisal.state == "contesting" and appraised.exists()
