"""No path through the life of a system reaches “admitted” without all that admission asks for.

Paths are drawn by hypothesis: what is filed, probed, changed, decided, by whom and when, whole or
wanting. Whenever a system is admitted, everything is looked up anew in the records themselves, by
rules that are written here and share nothing with the decision but the library of criteria.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shixiao.records.models import Admission, Release, System
from shixiao.security.assessing import BASELINE, Question, library
from shixiao.terms import BadInput, Text
from shixiao.workflows.refusals import Refused
from shixiao.workflows.systems import admitting, filing, registering, reviewing
from shixiao.workflows.systems.retesting import force
from tests import systems
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db
PATHS = int(os.environ.get("SHIXIAO_PATHS") or 12)
DAYS = {"transport": 7, "pages": 7, "access": 30, "identity": 30, "interface": 30, "storage": 90}
DAYS |= {"components": 1, "backup": 90, "capacity": 180, "report": 365}
VETO, USUAL = "certificate.expired", "headers.csp"
PEOPLE = ("li", "sun", "chen", "wei", "zhou")
OFTEN = st.sampled_from(("li", "chen", "li", "chen", *PEOPLE))
STEPS = st.one_of(
    st.tuples(st.just("need"), st.sampled_from(["whole", "whole", "no", "nobody"])),
    st.tuples(st.just("pledge"), st.none()),
    st.tuples(st.just("papers"), st.sampled_from(["whole", "whole", "one missing", "fail"])),
    st.tuples(st.just("probe"), st.sampled_from(["clean", "clean", "veto", "blind", "csp"])),
    st.tuples(st.just("release"), st.integers(0, 2)),
    st.tuples(st.just("people"), st.sampled_from([300, 300, 90_000])),
    st.tuples(st.just("force"), st.sampled_from(["incident", "certificate"])),
    st.tuples(st.just("wait"), st.sampled_from([1, 6, 30, 26 * 24, 400 * 24])),
    st.tuples(st.just("propose"), OFTEN),
    st.tuples(st.just("confirm"), OFTEN),
    st.tuples(st.just("confirm"), OFTEN),
    st.tuples(st.just("suspend"), OFTEN),
    st.tuples(st.just("review"), st.none()),
)
# Half of the paths begin where little is missing: few would come so far by chance.
READY = (("release", 0), ("need", "whole"), ("pledge", None), ("papers", "whole"))
READY += (("wait", 1), ("probe", "clean"), ("propose", "li"))


class Way:
    """One system on its way."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.at, self.releases = cast, NOW, 0
        self.system = systems.made(cast)

    def go(self, step: str, how: Any) -> None:
        """Take a step; what is refused is not taken."""
        act: Callable[[Any], object] = getattr(self, step)
        try:
            with transaction.atomic():
                act(how)
        except (Refused, BadInput):
            pass
        self.system.refresh_from_db()

    def need(self, how: str) -> None:
        """File why it is wanted."""
        need = systems.NEED
        if how == "no":
            need = replace(need, answers={**need.answers, Question.PLANNED: (False, "不符合")})
        elif how == "nobody":
            need = replace(need, people=None)
        filing.file_need(self.system, need, actor=self.cast.actor("wei"), at=self.at)

    def pledge(self, _: None) -> None:
        """Pledge what it changes."""
        told = replace(systems.PLEDGE, day=(self.at + timedelta(days=300)).date())
        filing.pledge(self.system, told, actor=self.cast.actor("wei"), at=self.at)

    def papers(self, how: str) -> None:
        """Enter records."""
        for name in sorted(systems.wanted(self.system) & set(library().criteria) - {BASELINE}):
            if how == "one missing" and name == "drill":
                continue
            holds = not (how == "fail" and name == "drill")
            day = timezone.localdate(self.at)
            paper = filing.Paper(name, "N", "已核对", holds, day)
            filing.enter_paper(self.system, paper, actor=self.cast.actor("wei"), at=self.at)

    def probe(self, how: str) -> None:
        """Enter a run."""
        failing = {"veto": [VETO], "csp": [USUAL]}.get(how, [])
        blind = ["headers"] if how == "blind" else []
        systems.probed(self.cast, self.system, at=self.at, failing=failing, blind=blind)

    def release(self, number: int) -> None:
        """Register a release."""
        digest = f"{number:064x}"
        actor = self.cast.actor("wei")
        registering.release(
            self.system, label=str(number), sha256=digest, change="version", actor=actor, at=self.at
        )

    def people(self, number: int) -> None:
        """Change whom it concerns."""
        told = replace(systems.TOLD, people=number)
        actor = self.cast.actor("wei")
        registering.change(self.system, told, seen=self.system.version, actor=actor, at=self.at)

    def force(self, cause: str) -> None:
        """Force a new test."""
        force(self.system, cause, self.at.isoformat(), at=self.at)

    def wait(self, hours: int) -> None:
        """Let time pass."""
        self.at += timedelta(hours=hours)

    def propose(self, who: str) -> None:
        """Propose to admit it."""
        systems.proposed(self.cast, self.system, who=who, at=self.at)

    def confirm(self, who: str) -> None:
        """Answer what waits; and look whether it was right."""
        waiting = self.system.admissions.filter(answered__isnull=True).first()
        if waiting is None:
            return
        admitting.confirm(waiting, actor=self.cast.actor(who), at=self.at)
        assert why_not(System.objects.get(pk=self.system.pk), self.at) == []

    def suspend(self, who: str) -> None:
        """Shut it down."""
        why = Text("停", "stop")
        admitting.suspend(
            self.system,
            reason=why,
            seen=self.system.version,
            actor=self.cast.actor(who),
            at=self.at,
        )

    def review(self, _: None) -> None:
        """Let the clock look at it."""
        reviewing.review(self.system, now=self.at)


def why_not(system: System, at: datetime) -> list[str]:
    """Return what stands against an admission, by the records alone."""
    found = []
    release, need = system.releases.first(), system.needs.first()
    if need is None or not need.people or not all(yes for yes, _ in need.answers.values()):
        found.append("need")
    if len(need.answers if need else ()) < len(Question):
        found.append("questions")
    if (system.people or 90_000) >= 10_000:
        found.append("consultation")
    if system.pledges.first() is None:
        found.append("effect")
    wanted = systems.wanted(system)
    for name in sorted(wanted & set(library().criteria) - {BASELINE}):
        paper = system.papers.filter(criterion=name).order_by("-day", "-at", "-id").first()
        if paper is None or not paper.holds:
            found.append(name)
        elif timezone.localdate(at) - paper.day >= timedelta(days=DAYS["report"]):
            found.append(f"{name} is old")
    last_word = Admission.objects.filter(system=system, confirmed=True).latest("answered")
    if last_word.proposed_by_id == last_word.answered_by_id:
        found.append("one person")
    return [*found, *_unprobed(system, release, at)]


def _unprobed(system: System, release: Release | None, at: datetime) -> Iterator[str]:
    """Give the probes that did not tell of this release, told too long ago, or of a veto."""
    forced = system.retests.order_by("-at").first()
    for name in sorted(systems.wanted(system) & set(library().probes)):
        runs = system.probings.filter(state="done", release=release, outcomes__probe=name)
        if forced is not None:
            runs = runs.filter(begun__gte=forced.at)
        last = runs.order_by("-begun", "-id").first()
        seen = last.outcomes.get(probe=name) if last else None
        if last is None or last.begun is None or seen is None or seen.checks is None:
            yield name
        elif at - last.begun >= timedelta(days=DAYS[seen.kind]):
            yield f"{name} is old"
        elif any(severity == "veto" and not held for _, severity, held, _ in seen.checks):
            yield f"{name} has a veto"


@settings(max_examples=PATHS, suppress_health_check=list(HealthCheck), derandomize=True)
@given(ready=st.booleans(), steps=st.lists(STEPS, min_size=1, max_size=14))
def test_no_path_reaches_admitted_without_all_that_is_asked_for(
    cast: Cast, place: Path, ready: bool, steps: list[tuple[str, Any]]
) -> None:
    with transaction.atomic():
        one = Way(cast)
        for step, how in (*(READY if ready else ()), *steps):
            one.go(step, how)
        transaction.set_rollback(True)


def test_a_path_that_has_everything_reaches_admitted(cast: Cast, place: Path) -> None:
    one = Way(cast)
    for step, how in (*READY, ("confirm", "chen")):
        one.go(step, how)
    assert one.system.state == "admitted"


@pytest.mark.parametrize(
    ("step", "how"),
    [
        ("need", "no"),
        ("papers", "fail"),
        ("probe", "veto"),
        ("probe", "blind"),
        ("release", 1),
        ("people", 90_000),
        ("force", "incident"),
        ("wait", 26 * 24),
    ],
)
def test_a_path_that_loses_one_thing_does_not(cast: Cast, place: Path, step: str, how: Any) -> None:
    one = Way(cast)
    for each in (*READY, ("wait", 1), (step, how), ("confirm", "chen")):
        one.go(*each)
    assert one.system.state == "planned"
