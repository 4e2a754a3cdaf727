"""重大行政决策: the course of Decree 713, articles of a draft, and who spoke in what order."""

from shixiao.voice.decree713.articles import Article, Changed, changed, split
from shixiao.voice.decree713.checking import check
from shixiao.voice.decree713.course import (
    Event,
    Happened,
    Stage,
    Step,
    Waiting,
    complete,
    possible,
    stages,
    standing,
    table,
    waiting,
)
from shixiao.voice.decree713.speakers import Speaker, read_speakers

__all__ = [
    "Article",
    "Changed",
    "Event",
    "Happened",
    "Speaker",
    "Stage",
    "Step",
    "Waiting",
    "changed",
    "check",
    "complete",
    "possible",
    "read_speakers",
    "split",
    "stages",
    "standing",
    "table",
    "waiting",
]
