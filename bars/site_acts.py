"""What people do on a bar's site, each act acknowledged on paper once its transaction is over."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.timezone import localdate, now

from shixiao.records.models import Account, Attachment, Case, Organisation
from shixiao.workflows import files
from shixiao.workflows.actors import Actor, actor_of
from shixiao.workflows.cases import checking, opening
from shixiao.workflows.cases.moving import Act

NAME = "取号机停用"
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
    return actor_of(Account.objects.get(login=login), today=localdate())


def observe(who: str, inspector: Actor, department: Organisation) -> Case:
    """Enter an observation."""
    case = _observed(inspector, department, NAME, STORY)
    acknowledge(who, case, "enter")
    return case


def _observed(inspector: Actor, department: Organisation, name: str, story: str) -> Case:
    return opening.observe(
        name=name,
        story=story,
        department=department,
        actor=inspector,
        at=now(),
    )


def put_to(department: Organisation, *, name: str, story: str) -> Case:
    """Bring an observation so far that what is proposed is put to the department.

    The story stands in the report that is attached as well.
    """
    case, handler, at = _observed(person("chen"), department, name, story), person("li"), now()
    _file(case, department)
    checking.begin(case, Act(handler, at, 1))
    report = Attachment(
        case=case,
        file=files.store(story.encode(), at=at),
        kind="report",
        name="report.txt",
        media_type="text/plain",
        added=at,
        added_by=handler.account,
    )
    act = Act(handler, at, 2, {"reason": story}, (report,))
    checking.propose(case, act, outcome="substantiated")
    return case


def _file(case: Case, department: Organisation) -> None:
    opening.file_case(
        case,
        Act(person("sun"), now(), 0),
        department=department,
        handler=Account.objects.get(login="li"),
        responsible="周全",
        responsible_post="处长",
    )


def handle(who: str) -> None:
    """Enter an observation, file it and begin the check: three acts, three transactions."""
    department = Organisation.objects.get(code="health")
    case = observe(who, person("chen"), department)
    _file(case, department)
    acknowledge(who, case, "file")
    checking.begin(case, Act(person("li"), now(), 1))
    acknowledge(who, case, "begin")


def work() -> None:
    """Do the same as a job of the worker."""
    handle("worker")
