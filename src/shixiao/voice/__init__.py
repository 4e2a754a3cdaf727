"""民意: what people say and need, who speaks and who is not heard."""

from shixiao.voice.duplicates import Group, duplicates
from shixiao.voice.reading import Columns, Message, Messages, read_messages

__all__ = [
    "Columns",
    "Group",
    "Message",
    "Messages",
    "duplicates",
    "read_messages",
]
