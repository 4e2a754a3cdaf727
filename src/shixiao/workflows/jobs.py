"""Jobs of the worker: what is queued, and what runs by the clock."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django_q.models import Schedule
from django_q.tasks import async_task

from shixiao.records.models import Evaluation, MatchRun, Probing
from shixiao.workflows import evaluations, gate, relapsing, remeasuring
from shixiao.workflows.algorithms import counting, dues
from shixiao.workflows.cases import escalation
from shixiao.workflows.catalogue import harvesting
from shixiao.workflows.consultations import grouping
from shixiao.workflows.decisions import checking
from shixiao.workflows.duties import standing as duties
from shixiao.workflows.gateways import figures, reading
from shixiao.workflows.grants import publishing
from shixiao.workflows.handlers import reviews
from shixiao.workflows.incidents import reminding as incidents
from shixiao.workflows.inspections import carrying as inspections
from shixiao.workflows.lifecycle import standing
from shixiao.workflows.matches import running as matching
from shixiao.workflows.notices import send_waiting
from shixiao.workflows.objections import filing
from shixiao.workflows.objections import moving as objections
from shixiao.workflows.studies import releasing
from shixiao.workflows.systems import (
    complaints,
    components,
    near,
    probing,
    reviewing,
    watching,
)
from shixiao.workflows.trainings import running
from shixiao.workflows.voices import (
    learning,
    linking,
    proposals,
    reminding,
    routing,
    topics,
    weekly,
)

HERE = "shixiao.workflows.jobs"


def queue_evaluation(evaluation: Evaluation) -> None:
    """Queue an evaluation, in the transaction that asks for it."""
    async_task(f"{HERE}.evaluate", task_name=f"evaluate {evaluation.code}")


def queue_matching(run: MatchRun) -> None:
    """Queue a matching, in the transaction that asks for it."""
    async_task(f"{HERE}.match", task_name=f"match {run.code}")


def queue_probing(run: Probing) -> None:
    """Queue a run of probes, in the transaction that asks for it."""
    async_task(f"{HERE}.probe", task_name=f"probe {run.code}")


def queue_review() -> None:
    """Queue a look at what a result changes, in the transaction that takes it in."""
    async_task(f"{HERE}.review_systems", task_name="review systems")


def queue_components() -> None:
    """Queue a match of components, in the transaction that brings something to match."""
    async_task(f"{HERE}.match_components", task_name="match components")


def queue_check() -> None:
    """Queue the check of what was taken in."""
    async_task(f"{HERE}.check_evidence", task_name="check evidence")


def queue_harvest() -> None:
    """Queue the reading of a catalogue, in the transaction that asks for it."""
    async_task(f"{HERE}.harvest_catalogues", task_name="harvest catalogues")


def harvest_catalogues() -> int:
    """Read the catalogues that wait."""
    return harvesting.run_waiting()


def check_evidence() -> int:
    """Check the evidence that waits."""
    return gate.run_waiting()


def evaluate() -> int:
    """Run the evaluations that wait, and reopen what relapsed."""
    ran = evaluations.run_waiting()
    relapsing.reopen_relapsed(now=timezone.now())
    return ran


def match() -> int:
    """Match the lists that wait."""
    return matching.run_waiting()


def probe() -> int:
    """Run the probes that wait, and look at what they change."""
    ran = probing.run_waiting()
    if ran:
        reviewing.review_all(now=timezone.now())
    return ran


def watch_certificates() -> int:
    """Look at the certificates of admitted systems."""
    return watching.watch_all(now=timezone.now())


def match_components() -> int:
    """Match what systems are made of against the newest vulnerabilities, where that is due."""
    now = timezone.now()
    matched = components.match_due(now=now)
    if matched:
        reviewing.review_all(now=now)
    return matched


def count_complaints() -> int:
    """Hold what people say against systems against what they used to say, window by window."""
    return complaints.watch_all(now=timezone.now())


def review_systems() -> int:
    """Look at what time changed of entries and of admitted systems, and publish the list anew."""
    now = timezone.now()
    dues.refresh_all(now=now)
    return reviewing.review_all(now=now)


def take_up() -> None:
    """Take up what a vanished worker left."""
    now = timezone.now()
    if gate.waiting(now=now):
        gate.run_waiting()
    evaluations.resume(now=now)
    if Evaluation.objects.filter(state=Evaluation.State.QUEUED).exists():
        evaluations.run_waiting()
    matching.resume(now=now)
    matching.run_waiting()
    harvesting.resume(now=now)
    harvesting.run_waiting()
    probing.resume(now=now)
    probing.run_waiting()
    near.free(now=now)


def send_notices() -> int:
    """Send the notices that wait."""
    return send_waiting(now=timezone.now())


def remeasure() -> int:
    """Re-measure the cases whose day has come."""
    return remeasuring.remeasure_due(now=timezone.now())


def reopen() -> int:
    """Reopen what relapsed."""
    return relapsing.reopen_relapsed(now=timezone.now())


def remind() -> int:
    """Remind of periods that end, and escalate those that are over."""
    return escalation.remind(now=timezone.now())


def review() -> int:
    """Take the figures on handlers, once a month."""
    return reviews.take(now=timezone.now())


def read_trainings() -> int:
    """Read the effect of trainings whose day has come."""
    return running.read_due(now=timezone.now())


def publish_grants() -> int:
    """Write the index of grants anew: what has ended leaves it, and it never grows too old."""
    return publishing.publish(timezone.now())


def recount_gaps() -> int:
    """Count the gaps of datasets anew whose evidence or copies ran out."""
    return standing.recount_due(now=timezone.now())


def count_duties() -> int:
    """Count the duties of sharing of every department anew."""
    return duties.count_all(now=timezone.now())


def read_gateways() -> int:
    """Read what the logs of gateways say that was exchanged, and tell of browsing."""
    now = timezone.now()
    came = reading.read_all(now=now)
    figures.alarm(now=now)
    return came


def remind_incidents() -> int:
    """Warn of reports and notices of incidents that are due soon, or overdue."""
    return incidents.remind(now=timezone.now())


def end_inspections() -> int:
    """End the plans of inspections whose period is over."""
    return inspections.end_due(now=timezone.now())


def check_decisions() -> int:
    """Check the decisions of systems that were sent some since the last check."""
    return checking.look_at_all(now=timezone.now())


def count_decisions() -> int:
    """Hold the register of algorithms against the decisions of the last closed month."""
    return counting.count_all(now=timezone.now())


def audit_objected() -> int:
    """Open the audits that objections ask for."""
    return filing.audit_objected(now=timezone.now())


def pass_objections() -> int:
    """Let silence accept objections, and tell of those that are late."""
    return objections.pass_days(now=timezone.now())


def close_consultations() -> int:
    """Close consultations whose last day is over, and group what was said."""
    return grouping.close_due(now=timezone.now())


def group_opinions() -> int:
    """Group the votes of open consultations anew."""
    return grouping.run_daily(now=timezone.now())


def release_counts() -> int:
    """Release the counts of quarters that are over."""
    return releasing.release_due(now=timezone.now())


def route_voices() -> int:
    """Route what people brought; what is not sure enough waits for a person."""
    return routing.route_waiting(now=timezone.now())


def compare_voices() -> int:
    """Link matters that say the same."""
    return linking.compare(now=timezone.now())


def learn_routing() -> None:
    """Learn routing anew, once a night."""
    learning.learn_nightly(now=timezone.now())


def group_voices() -> int:
    """Group what people said into topics and needs, once a night."""
    return topics.group_nightly(now=timezone.now())


def start_channel_rounds() -> int:
    """Plan the week's round of test contacts where rounds are weekly."""
    return weekly.start(now=timezone.now())


def pass_voices() -> int:
    """Let time do its part for matters and proposals."""
    now = timezone.now()
    return reminding.pass_days(now=now) + proposals.pass_days(now=now)


# What runs by the clock, every so many minutes: each by itself, so that none holds up another.
CLOCK = {
    take_up: 1,
    send_notices: 1,
    remeasure: 60,
    reopen: 60,
    remind: 60,
    review: 60,
    read_trainings: 60,
    publish_grants: 60,
    recount_gaps: 60,
    count_duties: 60,
    read_gateways: 1,
    review_systems: 10,
    watch_certificates: 60,
    match_components: 60,
    count_complaints: 720,
    end_inspections: 60,
    check_decisions: 720,
    count_decisions: 720,
    audit_objected: 1,
    pass_objections: 60,
    remind_incidents: 1,
    release_counts: 720,
    close_consultations: 60,
    group_opinions: 1440,
    route_voices: 1,
    compare_voices: 10,
    learn_routing: 60,
    group_voices: 60,
    pass_voices: 60,
    start_channel_rounds: 720,
}


@transaction.atomic
def schedule() -> None:
    """Enter what runs by the clock, and nothing else; running this again changes nothing."""
    for function, minutes in CLOCK.items():
        given = {"func": f"{HERE}.{function.__name__}", "schedule_type": Schedule.MINUTES}
        Schedule.objects.update_or_create(
            name=function.__name__, defaults=given | {"minutes": minutes}
        )
    names = [function.__name__ for function in CLOCK]
    Schedule.objects.filter(func__startswith=f"{HERE}.").exclude(name__in=names).delete()
