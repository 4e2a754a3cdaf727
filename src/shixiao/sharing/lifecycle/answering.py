"""Whose hands: for every place on the way of shared data, who answers when something happens.

谁管理谁负责、谁使用谁负责 (Decree 809 art. 34): the provider for what it manages up to the
hand-over, the recipient for what it received, and whoever entrusted a processor for that processor
(art. 36). The boundary is drawn when a grant is given, and computed, so that it is not argued about
afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from shixiao.terms import BadInput, Text


class Hand(StrEnum):
    """Whose system a place is in."""

    PROVIDER = "provider"
    PLATFORM = "platform"
    RECIPIENT = "recipient"
    PROCESSOR = "processor"


@dataclass(frozen=True, slots=True)
class Place:
    """A place on the way of the data, from the source to the last copy.

    Attributes:
        id: its name, such as ``source`` or ``copy-1``.
        hand: in whose hands it is.
        holder: id of that organisation.
        entrusted_by: for a processor, id of whoever entrusted it.
        approved: for a third party that the data went on to: True where the provider agreed.
    """

    id: str
    hand: Hand
    holder: str
    entrusted_by: str = ""
    approved: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answers for an incident.

    Attributes:
        first: id of the organisation that answers.
        also: ids of those that answer beside it.
        why: by which rule.
    """

    first: str
    also: tuple[str, ...]
    why: Text


def who_answers(path: Sequence[Place], incident: str) -> Answer:
    """Return who answers for an incident at a place of the path.

    Raises:
        BadInput: the path has no such place, or a processor without whoever entrusted it.
    """
    found = next((place for place in path if place.id == incident), None)
    if found is None:
        raise BadInput(
            Text(
                f"这条路径上没有“{incident[:60]}”。",
                f"There is no “{incident[:60]}” on this path.",
            )
        )
    if found.hand is Hand.PROCESSOR:
        return _of_processor(found)
    if found.hand is Hand.PROVIDER:
        return Answer(
            found.holder,
            (),
            Text(
                "数据交出之前在提供部门手中：谁管理谁负责（第三十四条）。",
                "Before the hand-over the data are in the provider's hands: who manages answers"
                " (art. 34).",
            ),
        )
    if found.hand is Hand.PLATFORM:
        return Answer(
            found.holder,
            (),
            Text(
                "发生在平台上：平台建设管理单位保障平台安全（第三十六条）。",
                "It happened on the platform, whose keeper answers for its security (art. 36).",
            ),
        )
    return _of_recipient(path, found)


def _of_processor(place: Place) -> Answer:
    if not place.entrusted_by:
        raise BadInput(
            Text(
                f"受托方“{place.holder}”没有写明由谁委托。",
                f"It is not said who entrusted “{place.holder}”.",
            )
        )
    return Answer(
        place.entrusted_by,
        (place.holder,),
        Text(
            "发生在受托方：委托部门监督不力先负责，受托方依约负责（第三十六条）。",
            "It happened at a processor: whoever entrusted it answers first, and the processor by"
            " law and contract (art. 36).",
        ),
    )


def _of_recipient(path: Sequence[Place], place: Place) -> Answer:
    if place.approved:
        return Answer(
            place.holder,
            (),
            Text(
                "数据交出之后在使用部门手中：谁使用谁负责（第三十四条）。",
                "After the hand-over the data are in the recipient's hands: who uses answers"
                " (art. 34).",
            ),
        )
    before = [p for p in path[: list(path).index(place)] if p.hand is Hand.RECIPIENT]
    giver = before[-1].holder if before else place.holder
    return Answer(
        giver,
        (place.holder,) if giver != place.holder else (),
        Text(
            "未经提供部门同意转给了第三方：擅自提供者先负责（第二十五、四十条）。",
            "The data were passed on without the provider's consent: whoever passed them on answers"
            " first (arts. 25 and 40).",
        ),
    )
