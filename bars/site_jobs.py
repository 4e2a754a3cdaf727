"""Jobs on a bar's site, each in a process of its own: ``python -m bars.site_jobs NAME ARGUMENT…``.

The environment names the site. A job prints one line of JSON, the nursery a line for each birth.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 - Django has to be ready first
from django.core.management import call_command  # noqa: E402
from django.db import OperationalError, connection, connections  # noqa: E402
from django.utils.timezone import now  # noqa: E402
from django_q.tasks import async_task  # noqa: E402

from bars import decisions_load, site_acts  # noqa: E402
from shixiao.ledger import Trust, verify_log, verify_receipt  # noqa: E402
from shixiao.records.models import (  # noqa: E402
    Account,
    Case,
    LeafRow,
    LogHead,
    Organisation,
    Step,
    Voice,
)
from shixiao.workflows import tokens  # noqa: E402
from shixiao.workflows.log import head, log_folder, log_path, private_key  # noqa: E402
from shixiao.workflows.people import new_password  # noqa: E402
from shixiao.workflows.receipts import find_receipt  # noqa: E402
from shixiao.workflows.sequencer import sequencer  # noqa: E402
from shixiao.workflows.voices import routing  # noqa: E402
from tests.cast import make_cast  # noqa: E402

# What each verb of a case puts on record.
LEAVES = {
    "enter": ("case.entered",),
    "file": ("case.opened", "case.moved"),
    "begin": ("case.moved",),
    "propose": ("case.moved",),
}
QUEUE_EVERY = 10  # acts of a writer between jobs that it leaves to the worker
LOOK = 0.01  # seconds between looks at the newest checkpoint
SAMPLE = 200  # receipts that are checked one by one


def prepare() -> dict[str, Any]:
    """Make the tables, the people, and the log with its first leaf."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    make_cast()
    _integrate_all()
    return {}


def lend(canary: str, public: str) -> dict[str, Any]:
    """Give two officers a password and a case of their department each.

    Their stories have the canary and are encrypted, their names the public text and are not.

    Gives the accounts with what is theirs alone, a token of the interface, and the folder of the
    database.
    """
    accounts = []
    for login, place in (("zhao", "health"), ("wu", "housing")):
        case = site_acts.put_to(
            Organisation.objects.get(code=place),
            name=f"{public} {login}",
            story=f"{canary} {login}",
        )
        account, password = Account.objects.get(login=login), new_password()
        account.set_password(password)
        account.save()
        own = [f"/cases/{case.code}/"]
        accounts.append({"name": login, "password": password, "own": own})
    _, token = tokens.make_token(
        name="probe",
        scopes=tokens.SCOPES,
        expires=now() + timedelta(days=1),
        actor=site_acts.person("li"),
        at=now(),
    )
    _integrate_all()
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        return {"accounts": accounts, "token": token, "database": cursor.fetchone()[0]}


def nursery(count: str) -> None:
    """Keep so many writers alive; whoever dies has a successor. Runs until it is killed."""
    _warm()
    living = 0
    while True:
        while living < int(count):
            pid = os.fork()
            if pid == 0:
                _write_on()
            print(pid, flush=True)
            living += 1
        os.wait()
        living -= 1


def _warm() -> None:
    """Read the data of rules and roles once, before writers are born."""
    site_acts.handle("nursery")
    connections.close_all()


def _write_on() -> None:
    """Act after act, as a process of the web server does, until somebody kills us."""
    number = 0
    while True:
        number += 1
        try:
            site_acts.handle(f"writer-{os.getpid()}")
            if number % QUEUE_EVERY == 0:
                async_task("bars.site_acts.work")
        except OperationalError:  # the database was too busy: a page says so, nothing is done
            connections.close_all()


def paced(count: str, rate: str, seconds: str) -> dict[str, Any]:
    """Write so many observations a second from several processes, and give what that took."""
    _warm()
    began = time.time() + 0.5
    for number in range(int(count)):
        if os.fork() == 0:
            _write_paced(began + number / float(rate), int(count) / float(rate), float(seconds))
            os._exit(0)
    for _ in range(int(count)):
        _, status = os.wait()
        if status:
            raise RuntimeError("a writer failed")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"cpu_s": used.ru_utime + used.ru_stime, "leaves": LeafRow.objects.count() - 1}


def _write_paced(first: float, apart: float, seconds: float) -> None:
    """Write one act each time it is due; whoever is late does not wait."""
    inspector, department = site_acts.person("chen"), Organisation.objects.get(code="health")
    for number in range(round(seconds / apart)):
        time.sleep(max(0.0, first + number * apart - time.time()))
        site_acts.observe(f"writer-{os.getpid()}", inspector, department)


def watch() -> None:
    """Print time and size whenever the records know of a new checkpoint; until killed."""
    known = -1
    while True:
        size = LogHead.objects.values_list("size", flat=True).first() or 0
        if size != known:
            print(json.dumps([time.time(), size]), flush=True)
            known = size
        time.sleep(LOOK)


def positions() -> dict[str, Any]:
    """Return the number in the tree of what was acknowledged, with the time."""
    entered = LeafRow.objects.filter(event="case.entered")
    numbers = dict(entered.values_list("subject", "position"))
    acts = site_acts.acknowledged(Path(settings.SITE.data), "writer-*")
    return {"acts": [[at, numbers[code]] for code, _, at in acts], "proven": _receipts()}


def check(since: str) -> dict[str, Any]:
    """Take the ledger up after the last kill, and count what is lost or does not fit."""
    _integrate_all()
    acts = {(code, verb) for code, verb, _ in site_acts.acknowledged(Path(settings.SITE.data))}
    steps = list(Step.objects.select_related("case", "leaf").order_by("at", "id"))
    present, key = log_folder().now(), private_key().log_key
    kept = [(path.name, path.read_bytes()) for path in sorted(Path(since).iterdir())]
    answer = verify_log(log_path(), Trust((key,)), since=kept)
    rows = list(LeafRow.objects.order_by("position").values_list("position", "entry"))
    size = present.checkpoint.size
    fits = [p for p, _ in rows] == list(range(size)) and head() == present.checkpoint
    return {
        "acknowledged": len(acts),
        "lost": len(acts - {(step.case.code, step.verb) for step in steps}),
        "stateless": _out_of_step(steps),
        "entries": len(rows),
        "unnumbered": sum(position is None for position, _ in rows),
        "differing": sum(bytes(e) != present.entry(p) for p, e in rows) if fits else len(rows),
        "faults": len(answer.faults),
        "kept": len(kept),
        "receipts": _receipts(),
    }


def _out_of_step(steps: list[Step]) -> int:
    """Count cases whose state, steps and leaves do not tell the same story."""
    by_case: dict[str, list[Step]] = {}
    for step in steps:
        by_case.setdefault(step.case.code, []).append(step)
    told: dict[str, Counter[str]] = {}
    for subject, event in LeafRow.objects.filter(event__startswith="case.").values_list(
        "subject", "event"
    ):
        told.setdefault(subject, Counter())[event] += 1
    wrong = set(told) ^ set(by_case)
    wrong |= set(Case.objects.values_list("code", flat=True)) ^ set(by_case)
    for code, own in by_case.items():
        case = own[-1].case
        expected = Counter(event for step in own for event in LEAVES[step.verb])
        whole = case.state == own[-1].state and case.version == len(own) - 1
        leaves = all(step.leaf is not None and step.leaf.subject == code for step in own)
        if not whole or not leaves or told.get(code) != expected:
            wrong.add(code)
    return len(wrong)


def _receipts() -> bool:
    """Say whether a sample of receipts is proven and holds offline."""
    trust = Trust((private_key().log_key,))
    codes = list(LeafRow.objects.order_by("id").values_list("code", flat=True))
    for code in codes[:: max(1, len(codes) // SAMPLE)]:
        receipt = find_receipt(code).receipt
        if receipt is None or not verify_receipt(receipt.to_bytes(), trust, file=code).valid:
            return False
    return True


def brought(said: str) -> dict[str, Any]:
    """Count receipts that people hold and the records do not, and look at all that waits."""
    codes = set(Path(said).read_text("utf-8").split())
    kept = set(Voice.objects.filter(code__in=codes).values_list("code", flat=True))
    leaves = set(LeafRow.objects.filter(event="voice.received").values_list("code", flat=True))
    began, looked = time.process_time(), Voice.objects.filter(looked=False).count()
    while Voice.objects.filter(looked=False).exists():
        routing.route_waiting(now=now())
    used = time.process_time() - began
    return {
        "lost": len(codes - kept),
        "leafless": len(kept - leaves),
        "routed_a_second": round(looked / used) if used else 0,
    }


def _integrate_all() -> None:
    with sequencer() as opened:
        while opened.integrate():
            pass


JOBS: dict[str, Callable[..., dict[str, Any] | None]] = {
    "prepare": prepare,
    "lend": lend,
    "nursery": nursery,
    "paced": paced,
    "watch": watch,
    "positions": positions,
    "check": check,
    "deliver": decisions_load.deliver,
    "brought": brought,
}

if __name__ == "__main__":
    print(json.dumps(JOBS[sys.argv[1]](*sys.argv[2:])))
