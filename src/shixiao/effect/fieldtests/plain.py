"""YAML that strangers wrote, as plain values: small, flat, no key twice, nothing that unfolds.

Aliases are refused, for a few lines of them unfold into gigabytes; depth is limited before anything
is built, for the parser itself goes down a step for every bracket.
"""

from __future__ import annotations

from typing import Any

import yaml

from shixiao.datafiles import SafeLoader, load_yaml
from shixiao.terms import BadInput, Text

LARGEST = 1 << 20  # bytes
DEEPEST = 12
_NO_YAML = Text(
    "不是有效的 UTF-8 YAML 文件；请检查缩进、冒号和引号。",
    "this is no valid UTF-8 YAML; check indents, colons and quotes",
)
_LARGE = Text(
    "文件超过 1 MiB；请检查是否选错了文件。", "the file is larger than 1 MiB; is it the one?"
)
_ALIAS = Text(
    "使用了 YAML 的引用（&、*）；请把内容写全。", "it uses YAML aliases (& and *); write them out"
)
_DEEP = Text(
    "层次过深；请按使用说明的结构书写。", "it is nested too deep; follow the how-to's structure"
)


def plain(data: bytes, name: str) -> Any:
    """Return what a YAML file says, as plain lists, mappings, texts and numbers.

    Raises:
        BadInput: it is too large or too deep, no YAML, uses aliases, or gives a key twice.
    """
    if len(data) > LARGEST:
        raise BadInput(_LARGE, file=name)
    try:
        text = data.decode("utf-8-sig")
        _check_events(text, name)
        _check_keys(yaml.compose(text, Loader=SafeLoader), name)
        return load_yaml(text)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        row = _row(getattr(error, "problem_mark", None))
        raise BadInput(_NO_YAML, file=name, row=row) from None


def _check_events(text: str, name: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=SafeLoader):
        row = _row(event.start_mark)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadInput(_ALIAS, file=name, row=row)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise BadInput(_DEEP, file=name, row=row)


def _check_keys(node: yaml.Node | None, name: str) -> None:
    """Refuse a key that is given twice: YAML would quietly keep the last."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check_keys(item, name)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.value in seen:
                raise BadInput(
                    Text(
                        "同一处有重复的键，或键不是文字；请改正。",
                        "a key is given twice in one place, or is no text; mend it",
                    ),
                    file=name,
                    row=_row(key.start_mark),
                )
            seen.add(key.value)
            _check_keys(value, name)


def _row(mark: object) -> int | None:
    line = getattr(mark, "line", None)
    return line + 1 if isinstance(line, int) else None
