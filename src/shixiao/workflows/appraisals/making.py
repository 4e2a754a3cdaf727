"""Making an appraisal: its scheme is put on the scales, and may be replaced until it is frozen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from shixiao.checkup.schemes import Scheme
from shixiao.records.models import Appraisal, Appraised, Organisation
from shixiao.terms import Text
from shixiao.workflows import files
from shixiao.workflows.actors import Actor
from shixiao.workflows.appraisals.moving import begin
from shixiao.workflows.appraisals.reading import Upload, read_scheme
from shixiao.workflows.leaves import put
from shixiao.workflows.moving import Act, touch
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Incomplete

NO_NAME = Text("请写明考核的名称。", "Give the appraisal a name.")
NO_SCHEME = Text("请上传考核办法。", "Upload the scheme.")
NOBODY = Text("请选择被考核的部门。", "Choose the departments that are appraised.")
BACKWARDS = Text("结束日期早于开始日期。", "The end lies before the beginning.")


@dataclass(frozen=True, slots=True)
class Terms:
    """Who appraises whom, on what period, by which scheme.

    Attributes:
        name: what the round is called.
        appraiser: the organisation that appraises.
        scope: whether departments are ranked, or their services.
        departments: that are appraised.
        starts: first day of the appraised period.
        ends: last day of it.
        scheme: the file.
    """

    name: Text
    appraiser: Organisation
    scope: str
    departments: Sequence[Organisation]
    starts: date
    ends: date
    scheme: Upload


@transaction.atomic
def make(terms: Terms, *, actor: Actor, at: datetime) -> Appraisal:
    """Enter a round of appraisal with its scheme.

    Raises:
        BadInput: something is wrong in the table of the scheme.
        Incomplete: something is missing or cannot be.
    """
    check(actor, "appraisal.manage")
    for given, missing, field in (
        (terms.name.zh.strip(), NO_NAME, "name"),
        (terms.departments, NOBODY, "departments"),
        (terms.scheme.data, NO_SCHEME, "scheme"),
    ):
        if not given:
            raise Incomplete(missing, field=field)
    if terms.ends < terms.starts:
        raise Incomplete(BACKWARDS, field="ends")
    scheme, found = read_scheme(terms.scheme)
    made = Appraisal.objects.create(
        name=terms.name,
        appraiser=terms.appraiser,
        scope=Appraisal.Scope(terms.scope),
        starts=terms.starts,
        ends=terms.ends,
        state="drafted",
        entered=at,
        made=at,
        made_by=signed_in(actor),
        **_critique(terms.scheme, scheme, found, at),
    )
    Appraised.objects.bulk_create(
        Appraised(appraisal=made, department=department) for department in terms.departments
    )
    facts = {
        "sha256": made.scheme.sha256,
        "scheme_sha256": made.scheme_sha256,
        "rules_sha256": made.rules_sha256,
    }
    put("appraisal.made", made.code, at=at, facts=facts, sealed={"actor": actor.account})
    return made


@transaction.atomic
def replace(appraisal: Appraisal, act: Act, *, scheme: Upload) -> Appraisal:
    """Replace the scheme before it is frozen; what was ruled of the old one falls away.

    Raises:
        BadInput: something is wrong in the table.
    """
    held = begin(appraisal, "replace", act)
    was = held.scheme_sha256
    read, found = read_scheme(scheme)
    touch(held, **_critique(scheme, read, found, act.at))
    facts = {
        "sha256": held.scheme.sha256,
        "scheme_sha256": held.scheme_sha256,
        "previous_sha256": was,
    }
    sealed = {"actor": act.actor.account}
    put("appraisal.replaced", held.code, at=act.at, facts=facts, sealed=sealed)
    return held


def _critique(
    upload: Upload, scheme: Scheme, found: dict[str, Any], at: datetime
) -> dict[str, Any]:
    """Return the fields of an appraisal that follow from its scheme."""
    return {
        "scheme": files.store(upload.data, at=at),
        "scheme_name": upload.name,
        "scheme_sha256": scheme.hash,
        "indicators": found["indicators"],
        "notes": found["notes"],
        "training": found["training"],
        "rules_pack": found["rules"]["pack"],
        "rules_sha256": found["rules"]["hash"],
        "weight_on_show": found["weight_on_show"],
    }
