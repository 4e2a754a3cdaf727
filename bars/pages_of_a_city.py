"""``python -m bars.pages_of_a_city small|city``: a city evaluated into a site, and its pages."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shixiao.potemkin.city import write_city
from shixiao.records.base import code
from shixiao.records.models import Account, Case, Evaluation, Finding, Sighting
from shixiao.workflows.example import prepare

FINDINGS = 5000
CASES = 2000
REQUESTS = 20
PAGES = (
    # path, role, dashboard
    ("/", "", True),
    ("/", "analyst", True),
    ("/monday/", "analyst", True),
    ("/inbox/", "inspector", True),
    ("/services/", "", False),
    ("/departments/", "", False),
    ("/apps/", "", False),
    ("/findings/", "", False),
    ("/findings/", "analyst", False),
    ("/cases/", "inspector", False),
    ("/evaluations/", "analyst", False),
)


def main(size: str) -> None:
    """Print one line of JSON: what there was, and what each page took."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    with tempfile.TemporaryDirectory() as folder:
        package = write_city(Path(folder) / "city", size=size, seed=7)
        prepare(package, now=timezone.now(), progress=lambda _: None)
    evaluation = Evaluation.objects.get()
    few = {(path, role): _queries(path, role) for path, role, _ in PAGES}
    _fill(evaluation, FINDINGS if size == "city" else 500)
    pages = [_measured(path, role, dashboard, few) for path, role, dashboard in PAGES]
    answer = {
        "cases": evaluation.cases,
        "findings": Finding.objects.count(),
        "pages": pages,
    }
    sys.stdout.write(json.dumps(answer) + "\n")


def _measured(
    path: str, role: str, dashboard: bool, few: dict[tuple[str, str], int]
) -> dict[str, Any]:
    client = _client(role)
    client.get(path)
    begun = time.process_time()
    for _ in range(REQUESTS):
        _answered(client, path)
    spent = time.process_time() - begun
    queries = _queries(path, role)
    return {
        "path": path,
        "role": role,
        "dashboard": dashboard,
        "queries": queries,
        "more": max(0, queries - few[path, role]),
        "ms": 1000 * spent / REQUESTS,
    }


def _answered(client: Client, path: str) -> None:
    status = client.get(path).status_code
    if status != 200:
        raise RuntimeError(f"{path} answered {status}")


def _queries(path: str, role: str) -> int:
    client = _client(role)
    client.get(path)
    with CaptureQueriesContext(connection) as caught:
        client.get(path)
    return len(caught)


def _client(role: str) -> Client:
    client = Client(headers={"host": "localhost"})
    if role:
        client.force_login(Account.objects.get(login=role))
    return client


@transaction.atomic
def _fill(evaluation: Evaluation, most: int) -> None:
    """Add findings and cases like those there are, up to the number of the bar."""
    models = list(Finding.objects.filter(last_seen=evaluation).select_related("department"))
    details = dict(Sighting.objects.values_list("finding_id", "detail"))
    made, seen = [], []
    for n in range(most - len(models)):
        like = models[n % len(models)]
        detail = details[like.pk]
        copy = Finding.objects.get(pk=like.pk)
        copy.pk, copy.code = Finding().pk, f"{n:016x}"
        made.append(copy)
        seen.append(
            Sighting(finding=copy, evaluation=evaluation, severity=like.severity, detail=detail)
        )
    Finding.objects.bulk_create(made, batch_size=500)
    Sighting.objects.bulk_create(seen, batch_size=500)
    now = timezone.now()
    Case.objects.bulk_create(
        (
            Case(
                code=code(),
                origin="observation",
                name=found.subject_name,
                department=found.department,
                state="checking",
                entered=now,
                opened=now,
                due=now.date(),
                due_rule="CASE-03",
            )
            for found in made[:CASES]
        ),
        batch_size=500,
    )


if __name__ == "__main__":
    main(sys.argv[1])
