"""What people do on a bar's site, each act acknowledged on paper once its transaction is over."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from shixiao.records.models import Account, Case, Organisation
from shixiao.workflows.actors import Actor, actor_of
from shixiao.workflows.cases import checking, opening
from shixiao.workflows.cases.moving import Act

STORY = "现场取号机停用，群众排队两次。" * 4


def acknowledge(who: str, case: Case, verb: str) -> None:
    """Write down that an act is done: what the person would have been told."""
    folder = Path(settings.SITE.data) / "acknowledged"
    folder.mkdir(exist_ok=True)
    line = f"{case.code} {verb} {time.time():.6f}\n".encode()
    descriptor = os.open(folder / who, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, line)
    os.close(descriptor)


def acknowledged(folder: Path, whose: str = "*") -> Iterator[tuple[str, str, float]]:
    """Give code, verb and time of all that was acknowledged; a line broken off is none."""
    for path in sorted((folder / "acknowledged").glob(whose)):
        for line in path.read_text("utf-8").splitlines(keepends=True):
            if line.endswith("\n"):
                code, verb, at = line.split()
                yield code, verb, float(at)


def person(login: str) -> Actor:
    return actor_of(Account.objects.get(login=login), today=timezone.localdate())


def observe(who: str, inspector: Actor, department: Organisation) -> Case:
    """Enter an observation."""
    case = opening.observe(
        name="取号机停用",
        story=STORY,
        department=department,
        actor=inspector,
        at=timezone.now(),
    )
    acknowledge(who, case, "enter")
    return case


def handle(who: str) -> None:
    """Enter an observation, file it and begin the check: three acts, three transactions."""
    department = Organisation.objects.get(code="health")
    case = observe(who, person("chen"), department)
    handler = Account.objects.get(login="li")
    opening.file_case(
        case,
        Act(person("sun"), timezone.now(), 0),
        department=department,
        handler=handler,
        responsible="周全",
        responsible_post="处长",
    )
    acknowledge(who, case, "file")
    checking.begin(case, Act(person("li"), timezone.now(), 1))
    acknowledge(who, case, "begin")


def work() -> None:
    """Do the same as a job of the worker."""
    handle("worker")
