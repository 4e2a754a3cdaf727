"""民意: what people say and need, who speaks and who is not heard."""

from shixiao.voice.ballots import Ballots, read_ballots, read_groups, read_moderated
from shixiao.voice.duplicates import Group, duplicates
from shixiao.voice.opinions import Opinions, opinions
from shixiao.voice.reading import Columns, Message, Messages, read_messages
from shixiao.voice.routing import Route, Router, held_against, macro_f1_by, train
from shixiao.voice.topics import Topic, topics

__all__ = [
    "Ballots",
    "Columns",
    "Group",
    "Message",
    "Messages",
    "Opinions",
    "Route",
    "Router",
    "Topic",
    "duplicates",
    "held_against",
    "macro_f1_by",
    "opinions",
    "read_ballots",
    "read_groups",
    "read_messages",
    "read_moderated",
    "topics",
    "train",
]
