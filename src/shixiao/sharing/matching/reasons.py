"""Reasons: why is an element offered for an item? One sentence for each sign that spoke."""

from __future__ import annotations

from collections.abc import Iterator

from shixiao.sharing.matching.comparing import FEATURES, Catalogue, Floats
from shixiao.sharing.matching.dictionary import Part, dictionary
from shixiao.sharing.matching.domains import TYPES
from shixiao.sharing.matching.items import Item
from shixiao.sharing.matching.learned import Decision
from shixiao.sharing.matching.reading import Reading, read, targets
from shixiao.terms import Text

ALIKE = 0.3  # a likeness of names worth mentioning
_CARRIED = 0.5  # below this, a target is a field that a certificate shows
TYPE_NAMES = dict(
    zip(
        TYPES,
        (
            Text("编号", "identifier"),
            Text("日期", "date"),
            Text("数值", "number"),
            Text("代码", "code"),
            Text("是否", "yes or no"),
            Text("文本", "text"),
        ),
        strict=True,
    )
)


def reasons(item: Item, column: int, line: Floats, catalogue: Catalogue) -> tuple[Text, ...]:
    """Say why an element is offered, strongest first, and what speaks against it last."""
    mine, other = read(item.name), catalogue.readings[column]
    shown = dict(zip(FEATURES, line.tolist(), strict=True))
    found = [*_names(item, mine, other, shown), *_against(other, shown)]
    found += _values(catalogue.types[column], catalogue.domains[column], shown)
    if not found:
        found = [Text("定义中提到相近的内容", "the definition speaks of something alike")]
    return tuple(found)


def of_decision(decision: Decision, *, own: bool) -> Text:
    """Say who confirmed a pair, and whether it was this wording or another of its group."""
    day = decision.at.date().isoformat()
    zh, en = decision.by or "有人", decision.by or "a person"
    if own:
        return Text(f"{zh}于{day}确认", f"confirmed by {en} on {day}")
    return Text(
        f"同义的“{decision.item}”由{decision.by or '人'}于{day}确认",
        f"“{decision.item}”, which means the same, was confirmed by {en} on {day}",
    )


def _names(item: Item, mine: Reading, other: Reading, shown: dict[str, float]) -> Iterator[Text]:
    if shown["same_name"]:
        yield Text("名称相同", "the names are the same")
    elif shown["same_words"]:
        yield Text(
            f"两个名称都是“{other.canonical}”的说法",
            f"both names are ways to say “{other.canonical}”",
        )
    elif shown["whole"]:
        yield _answered(item, mine, other)
    elif shown["head"] and other.head is not None:
        name = _name(other.head)
        yield Text(f"都涉及“{name.zh}”", f"both speak of the {name.en}")
    likeness = max(shown["raw"], shown["canonical"])
    if not shown["same_name"] and likeness >= ALIKE:
        yield Text(f"字面相近（{likeness:.2f}）", f"the wordings are alike ({likeness:.2f})")
    if shown["holder_same"]:
        who = _who(other)
        yield Text(f"说的都是{who.zh}", f"both are about {who.en}")


def _answered(item: Item, mine: Reading, other: Reading) -> Text:
    """Say how an element answers a certificate: as itself, its number, or what it shows."""
    weight = next(
        (
            target.weight
            for target in targets(item.name)
            if (target.head, target.property) == (other.head, other.property)
        ),
        1.0,
    )
    asked, given = _name(mine.head or item.name), _name(other.head or "")
    if weight < _CARRIED:
        return Text(f"“{asked.zh}”上载有“{given.zh}”", f"the {asked.en} shows the {given.en}")
    if mine.head == other.head:
        return Text(f"词典：同指“{given.zh}”", f"dictionary: both are the {given.en}")
    return Text(
        f"词典：“{given.zh}”即可代替“{asked.zh}”",
        f"dictionary: the {given.en} stands for the {asked.en}",
    )


def _against(other: Reading, shown: dict[str, float]) -> Iterator[Text]:
    if shown["holder_conflict"]:
        who = _who(other)
        yield Text(f"但数据元说的是{who.zh}", f"but the element is about {who.en}")
    elif shown["holder_unasked"]:
        who = _who(other)
        yield Text(f"数据元专指{who.zh}", f"the element is about {who.en} alone")
    if shown["property_conflict"] and other.property is not None:
        name = dictionary().groups[Part.PROPERTY][other.property].name
        yield Text(f"数据元要的是{name.zh}", f"the element holds its {name.en}")


def _values(kind: str | None, domain: str | None, shown: dict[str, float]) -> Iterator[Text]:
    if kind is not None and shown["type_same"]:
        name = TYPE_NAMES[kind]
        yield Text(f"值的类型一致（{name.zh}）", f"the type of value agrees ({name.en})")
    if kind is not None and shown["type_conflict"]:
        name = TYPE_NAMES[kind]
        yield Text(f"但数据元的值是{name.zh}", f"but the element holds a {name.en}")
    if domain is not None and shown["domain"]:
        name = _name(domain)
        yield Text(f"代码集或格式属于“{name.zh}”", f"code list or format is that of {name.en}")


def _who(reading: Reading) -> Text:
    """Name those of whom an element speaks."""
    groups = dictionary().groups
    keys = sorted(reading.holders)
    known = (groups[Part.HOLDER].get(key) for key in keys)
    names = [group.name.en if group else key for group, key in zip(known, keys, strict=True)]
    return Text("、".join(keys), " and ".join(names))


def _name(key: str) -> Text:
    groups = dictionary().groups
    found = groups[Part.DOCUMENT].get(key) or groups[Part.FIELD].get(key)
    return found.name if found else Text(key, key)
