"""Whether a grant can bind: every fault in one sentence, before anybody relies on it.

What is not in the law is policy, and says so in the docs: that persons on both sides are named and
that a grant is looked at again before it ends follows the notion of 谁管理谁负责、谁使用谁负责
(Decree 809 art. 34). That scope and purpose are stated is art. 20, that they are kept to art. 25.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping

from shixiao.sharing.grants.grant import ALGORITHMS, OPERATORS, Grant, Key, Mode
from shixiao.sharing.grants.masking import is_mask
from shixiao.sharing.grants.shapes import Shape
from shixiao.terms import BadInput, Text

MARKS = ("blank", "width", "zeros", "dates")
WILDCARDS = ("*", "%", "?", "all", "全部", "所有")
KEY_ID = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]{1,200}", re.ASCII)  # as requests may name it
PUBLIC_BYTES = {"ed25519": 32, "sm2": 65}
_NEEDED = {
    "id": Text("编号", "the id"),
    "provider": Text("提供部门", "the provider"),
    "recipient": Text("使用部门", "the recipient"),
    "source": Text("提供数据的系统", "the system that holds the data"),
    "caller": Text("使用数据的系统", "the system that asks"),
    "dataset": Text("数据集", "the dataset"),
    "purpose": Text("用途编号", "the id of the purpose"),
    "purpose_text": Text("用途说明", "the purpose in words"),
    "law": Text("法律依据", "the law it rests on"),
    "article": Text("法律条款", "the article of the law"),
}


def faults(grant: Grant, shape: Shape | None = None) -> list[Text]:
    """Return what is wrong with a grant, each in one sentence; empty where nothing is.

    Args:
        grant: to check.
        shape: of the dataset; without it fields are not held against the schema.
    """
    return [
        *_missing(grant),
        *_fields(grant, shape),
        *_rows(grant, shape),
        *_times(grant),
        *_sizes(grant),
        *_keys(grant.keys),
    ]


def check(grant: Grant, shape: Shape | None = None) -> None:
    """Refuse a grant that cannot bind.

    Raises:
        BadInput: what is wrong, the first fault of it.
    """
    found = faults(grant, shape)
    if found:
        said = Text("授权 {id}：{what}", "grant {id}: {what}")
        raise BadInput(said.format(id=grant.id or "?", what=found[0]))


def check_all(grants: Iterable[Grant], shapes: Mapping[str, Shape]) -> None:
    """Refuse grants that cannot bind together: one answer to each question, one owner of each key.

    Raises:
        BadInput: what is wrong.
    """
    asked: dict[tuple[str, ...], str] = {}
    owners: dict[str, tuple[str, str, Key]] = {}
    for grant in grants:
        if grant.dataset not in shapes:
            said = Text(
                "授权 {id}：没有数据集“{name}”。", "grant {id}: there is no dataset “{name}”"
            )
            raise BadInput(said.format(id=grant.id, name=grant.dataset))
        check(grant, shapes[grant.dataset])
        place = (grant.caller, grant.dataset, grant.purpose, grant.mode)
        if place in asked:
            raise BadInput(
                Text(
                    "授权 {id} 与 {other} 的系统、数据集、用途和方式都相同；请合并为一项。",
                    "grants {id} and {other} agree in system, dataset, purpose and mode; make them"
                    " one",
                ).format(id=grant.id, other=asked[place])
            )
        asked[place] = grant.id
        for key in grant.keys:
            owner = (grant.recipient, grant.caller, key)
            if owners.setdefault(key.id, owner) != owner:
                raise BadInput(
                    Text(
                        "密钥编号“{key}”属于两个部门或系统，或对应两把公钥。",
                        "the key id “{key}” is of two departments or systems, or of two public"
                        " keys",
                    ).format(key=key.id)
                )


def _missing(grant: Grant) -> Iterator[Text]:
    for name, called in _NEEDED.items():
        if not getattr(grant, name).strip():
            yield Text("缺少{what}。", "{what} is missing").format(what=called)
    for person, side in (
        (grant.provider_person, Text("提供方", "provider")),
        (grant.recipient_person, Text("使用方", "recipient")),
    ):
        if not person.name.strip() or not person.office.strip():
            yield Text(
                "缺少{side}的责任人或其机构。",
                "the {side} names nobody who answers for it, or no office",
            ).format(side=side)
    if not grant.case_types:
        yield Text("没有写明可用于哪类办件。", "it does not say for which kinds of case it is")


def _fields(grant: Grant, shape: Shape | None) -> Iterator[Text]:
    if not grant.fields:
        yield Text("没有列出字段。", "it lists no field")
    for name in grant.fields:
        if not name.strip() or name.strip().lower() in WILDCARDS or "*" in name:
            yield Text(
                "字段“{name}”是通配；请逐一列出所需字段。",
                "the field “{name}” is a wildcard; list the fields that are needed",
            ).format(name=name)
        elif shape is not None and name not in shape.columns:
            yield Text("数据集没有字段“{name}”。", "the dataset has no field “{name}”").format(
                name=name
            )
    if len(set(grant.fields)) != len(grant.fields):
        yield Text("有字段列了两次。", "a field is listed twice")
    for name, word in grant.masks.items():
        if name not in grant.fields or not is_mask(word):
            yield Text(
                "字段“{name}”的脱敏方式“{word}”无效。",
                "the mask “{word}” of the field “{name}” is none, or the field is not granted",
            ).format(name=name, word=word)
    for name, word in grant.marks.items():
        if name not in grant.fields or word not in MARKS or name in grant.masks:
            yield Text(
                "字段“{name}”的写法标记“{word}”无效；须为授权且未脱敏的字段。",
                "the mark “{word}” of the field “{name}” is none, or the field is masked or not"
                " granted",
            ).format(name=name, word=word)


def _rows(grant: Grant, shape: Shape | None) -> Iterator[Text]:
    for row in grant.rows:
        if shape is not None and row.column not in shape.columns:
            yield Text(
                "范围条件所用的列“{name}”不在数据集中。",
                "a row condition names the column “{name}”, which the dataset has not",
            ).format(name=row.column)
        count = len(row.values)
        fits = count == 0 if row.op in {"present", "absent"} else count == 1 or row.op == "in"
        plain = all(isinstance(v, str | int) and not isinstance(v, bool) for v in row.values)
        if row.op not in OPERATORS or not fits or (row.op == "in" and not count) or not plain:
            yield Text(
                "列“{name}”上的范围条件无效。", "the row condition on “{name}” is not valid"
            ).format(name=row.column)


def _times(grant: Grant) -> Iterator[Text]:
    if grant.ends < grant.starts:
        yield Text("结束日期早于开始日期。", "it ends before it starts")
    elif not grant.starts <= grant.reassess_on <= grant.ends:
        yield Text("复核日期须在授权期内。", "it must be reassessed between its first and last day")


def _sizes(grant: Grant) -> Iterator[Text]:
    if grant.rate < 1 or grant.burst < 1 or grant.max_rows < 1:
        yield Text("速率和行数上限须为正整数。", "rate, burst and rows must be at least 1")
    if grant.mode is Mode.VERIFY and grant.masks:
        yield Text(
            "核验只答是否，不能设脱敏。", "verification answers yes or no, and cannot be masked"
        )


def _keys(keys: Iterable[Key]) -> Iterator[Text]:
    keys = tuple(keys)
    if not keys:
        yield Text("缺少使用方的公钥。", "the recipient's public key is missing")
    for key in keys:
        try:
            size = len(base64.b64decode(key.public, validate=True))
        except ValueError:  # other signs than base64 has, or than ASCII
            size = 0
        named = KEY_ID.fullmatch(key.id) is not None
        if key.algorithm not in ALGORITHMS or size != PUBLIC_BYTES[key.algorithm] or not named:
            yield Text("公钥“{id}”无效。", "the public key “{id}” is not valid").format(id=key.id)
