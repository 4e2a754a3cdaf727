"""Unfair data: outcomes that go missing by group, and a random sample that is none.

What a system learns from and what it is judged by are the outcomes that somebody found out. Where
they are missing more often of one group, or where chance draws that group less often, every error
rate is taken of the wrong people (样本选取).
"""

from __future__ import annotations

from collections.abc import Iterable

from shixiao.checkup.detectors.decided import Decided, Question, decided, screen
from shixiao.checkup.detectors.registry import detector
from shixiao.checkup.detectors.trial import Screening
from shixiao.checkup.scene import Scene

QUESTIONS = (
    # Whose case was looked into hangs on how it came up and on what was decided.
    Question("outcomes_missing", "unknown", ("service", "arm", "unusual"), ("outcome",)),
    Question("sample_uneven", "at_random", ("service",), ("arm",)),
)


@detector("unfair_data")
def unfair_data(scene: Scene) -> Iterable[Screening]:
    """Compare groups by what is known of them, and by how they were drawn."""
    decisions = decided(scene)
    if not isinstance(decisions, Decided):
        yield Screening.lacking([q.measure for q in QUESTIONS], decisions)
        return
    yield screen(scene, decisions, QUESTIONS)
