"""Unfair application: officials who depart from the advice by group, delays, appeals out of reach.

A model may be fair and its use not: the same advice is overridden for one group, one group waits
longer for the same service, or wins its appeals more often (具体应用).
"""

from __future__ import annotations

from collections.abc import Iterable

from shixiao.checkup.detectors.decided import Decided, Question, decided, screen
from shixiao.checkup.detectors.registry import detector
from shixiao.checkup.detectors.trial import Screening
from shixiao.checkup.scene import Scene

QUESTIONS = (
    Question("departed_by_group", "departed", ("service", "channel", "advice"), ("recommended",)),
    Question("slower", "slow", ("service", "channel"), ("processing_days",)),
    Question("upheld_more", "upheld", ("service",), ("appealed", "upheld")),
)


@detector("unfair_application")
def unfair_application(scene: Scene) -> Iterable[Screening]:
    """Compare groups by how officials used the advice, how long it took, and who was right."""
    decisions = decided(scene)
    if not isinstance(decisions, Decided):
        yield Screening.lacking([q.measure for q in QUESTIONS], decisions)
        return
    yield screen(scene, decisions, QUESTIONS)
