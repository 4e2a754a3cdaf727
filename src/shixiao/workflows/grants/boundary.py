"""The boundary of responsibility of a grant: through whose hands data go, and who answers where.

The way is drawn from what the site knows: where the data lie, whether they pass the provider's own
gateway or the platform that exists, and which copies the recipient registered (Decree 809 arts. 34
and 36).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shixiao.records.models import Grant, Organisation
from shixiao.sharing.lifecycle import Hand, Place, who_answers
from shixiao.terms import Text

SOURCE = Text("数据源", "Source")
GATEWAY = Text("提供部门的网关", "The provider's gateway")
PLATFORM = Text("共享平台", "The sharing platform")
SYSTEM = Text("使用部门的系统", "The recipient's system")
COPY = Text("副本 {code}", "Copy {code}")
NO_KEEPER = Text("平台建设管理单位", "the keeper of the platform")


@dataclass(frozen=True, slots=True)
class Leg:
    """A place on the way, and who answers for what happens there.

    Attributes:
        place: the place as the rule takes it.
        name: what it is.
        holder: in whose hands it is.
        answers: who answers.
        why: by which rule.
    """

    place: Place
    name: Text
    holder: Text
    answers: Text
    why: Text


def legs_of(grant: Grant) -> list[Leg]:
    """Return the places on the way of a grant's data, from the source to the last copy."""
    places = list(_places(grant))
    path = [place for place, _, _ in places]
    names = {place.holder: holder for place, _, holder in places}
    legs = []
    for place, name, holder in places:
        answer = who_answers(path, place.id)
        legs.append(Leg(place, name, holder, names[answer.first], answer.why))
    return legs


def _places(grant: Grant) -> Iterator[tuple[Place, Text, Text]]:
    provider, recipient = grant.item.department, grant.recipient
    yield Place("source", Hand.PROVIDER, provider.code), SOURCE, Text.of(provider.name)
    if hasattr(grant.item, "source_place"):
        yield Place("gateway", Hand.PROVIDER, provider.code), GATEWAY, Text.of(provider.name)
    else:
        bureau = Organisation.objects.filter(kind="bureau").order_by("code").first()
        keeper = ("platform", NO_KEEPER) if bureau is None else (bureau.code, Text.of(bureau.name))
        yield Place("platform", Hand.PLATFORM, keeper[0]), PLATFORM, keeper[1]
    yield Place("system", Hand.RECIPIENT, recipient.code), SYSTEM, Text.of(recipient.name)
    copies = grant.copies.filter(confirmed__isnull=True).order_by("made", "id")
    for copy in copies.select_related("holder"):
        place = Place(copy.code, Hand.RECIPIENT, copy.holder.code)
        yield place, COPY.format(code=copy.code), Text.of(copy.holder.name)
