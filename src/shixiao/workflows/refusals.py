"""Refusals: why something is not done, in one sentence that says what to do instead."""

from __future__ import annotations

from shixiao.terms import Text


class Refused(Exception):
    """Nothing was done. ``text`` says why."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)


class Forbidden(Refused):
    """The person may not do this."""


class Missing(Refused):
    """There is no such thing, or none that this person may know of."""


class Stale(Refused):
    """The thing has changed since the person looked at it, or this was done already."""


class TooOften(Refused):
    """This was asked for too often within a time; ``seconds`` until it may be asked again."""

    def __init__(self, text: Text, *, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(text)


class WrongToken(Refused):
    """The token of a program is none that is in use."""


class Incomplete(Refused):
    """Something that is required was not given; ``field`` names it."""

    def __init__(self, text: Text, *, field: str = "") -> None:
        self.field = field
        super().__init__(text)


NOT_FOUND = Text(
    "没有找到。请核对网址；它也可能尚未公开。",
    "Not found. Check the address; it may also not be public yet.",
)
NOT_YOURS = Text(
    "您的岗位不能办理这一项。需要时请联系系统管理员。",
    "Your post does not allow this. If you need it, ask the administrator.",
)
CHANGED = Text(
    "这一页打开之后情况已经改变，刚才的提交没有生效。请看过现状再办。",
    "This has changed since you opened the page, and what you sent had no effect."
    " Look at how it stands now, then go on.",
)
