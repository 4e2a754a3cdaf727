"""An entry of a protocol file: each key is read once; what is wrong is said with its place."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, TypeVar

from shixiao.terms import BadInput, Text

LONGEST = 2000  # characters of one wording
Choice = TypeVar("Choice", bound=StrEnum)


class Entry:
    """A mapping of the file.

    Args:
        value: what the file says there.
        where: what to call the place.
        file: name of the file.

    Raises:
        BadInput: it is no mapping.
    """

    def __init__(self, value: object, where: Text, file: str) -> None:
        self.where, self.file = where, file
        if not isinstance(value, dict):
            raise self.bad(Text("应为键值映射", "this should be a mapping of keys to values"))
        self._left: dict[str, Any] = dict(value)

    def bad(self, what: Text) -> BadInput:
        """Return the complaint about this place."""
        return BadInput(
            Text(f"{self.where.zh}：{what.zh}", f"{self.where.en}: {what.en}"), file=self.file
        )

    def take(self, key: str) -> Any:
        """Return what must be there."""
        if self._left.get(key) is None:
            raise self.bad(Text(f"缺少“{key}”", f"“{key}” is missing"))
        return self._left.pop(key)

    def may(self, key: str, otherwise: Any = None) -> Any:
        """Return what may be there."""
        value = self._left.pop(key, None)
        return otherwise if value is None else value

    def has(self, key: str) -> bool:
        """Say whether the file gives the key."""
        return self._left.get(key) is not None

    def is_word(self, key: str, word: str) -> bool:
        """Say whether a key that must be there is this word; if so, it is read."""
        if self._left.get(key) != word:
            return False
        del self._left[key]
        return True

    def done(self) -> None:
        """Refuse keys that nobody read."""
        for key in self._left:
            raise self.bad(Text(f"不认识的键“{key}”", f"unknown key “{key}”"))

    def word(self, key: str) -> str:
        """Return a short word that must be there."""
        value = self.take(key)
        if not isinstance(value, str) or not 0 < len(value) <= 64:
            raise self.bad(Text(f"“{key}”应为文字", f"“{key}” should be text"))
        return value

    def text(self, key: str) -> Text:
        """Return a wording in both languages that must be there."""
        return self._text(key, self.take(key))

    def may_text(self, key: str) -> Text | None:
        """Return a wording in both languages that may be there."""
        value = self.may(key)
        return None if value is None else self._text(key, value)

    def texts(self, key: str, count: int) -> tuple[Text, ...]:
        """Return a list of so many wordings."""
        return tuple(self._text(key, value) for value in self.items(key, count, count))

    def items(self, key: str, least: int, most: int) -> list[Any]:
        """Return a list that must be there and be of such a length."""
        value = self.take(key)
        if not isinstance(value, list) or not least <= len(value) <= most:
            long = f"{least}" if least == most else f"{least}–{most}"
            raise self.bad(
                Text(f"“{key}”应为 {long} 项的列表", f"“{key}” should be a list of {long} entries")
            )
        return value

    def below(self, key: str, where: Text) -> Entry:
        """Return an entry below this one."""
        place = Text(f"{self.where.zh}，{where.zh}", f"{self.where.en}, {where.en}")
        return Entry(self.take(key), place, self.file)

    def flag(self, key: str, otherwise: bool) -> bool:
        """Return a yes or no that may be there."""
        value = self.may(key, otherwise)
        if not isinstance(value, bool):
            raise self.bad(Text(f"“{key}”应为 yes 或 no", f"“{key}” should be yes or no"))
        return value

    def whole(self, key: str, least: int, most: int) -> int:
        """Return a whole number that must be there."""
        value = self.take(key)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self.bad(
                Text(
                    f"“{key}”应为 {least} 至 {most} 的整数",
                    f"“{key}” should be a whole number from {least} to {most}",
                )
            )
        return value

    def one(self, key: str, kinds: type[Choice]) -> Choice:
        """Return one of some words, which must be there."""
        return self._choice(key, self.take(key), kinds, tuple(kinds))

    def some(self, key: str, allowed: Sequence[Choice], kinds: type[Choice]) -> tuple[Choice, ...]:
        """Return some of the allowed words; all of them where the key is not there."""
        value = self.may(key)
        if value is None:
            return tuple(allowed)
        if not isinstance(value, list) or not value:
            raise self.bad(Text(f"“{key}”应为列表", f"“{key}” should be a list"))
        chosen = {self._choice(key, item, kinds, allowed) for item in value}
        return tuple(item for item in allowed if item in chosen)

    def _choice(
        self, key: str, value: object, kinds: type[Choice], allowed: Sequence[Choice]
    ) -> Choice:
        names = [str(kind) for kind in allowed]
        if not isinstance(value, str) or value not in names:
            shown = str(value)[:40]
            raise self.bad(
                Text(
                    f"“{key}”不能是“{shown}”，可用：{'、'.join(names)}",
                    f"“{key}” cannot be “{shown}”; use one of {', '.join(names)}",
                )
            )
        return kinds(value)

    def _text(self, key: str, value: object) -> Text:
        if isinstance(value, dict) and set(value) == {"zh", "en"}:
            zh, en = value["zh"], value["en"]
            if isinstance(zh, str) and isinstance(en, str) and _fit(zh) and _fit(en):
                return Text(zh.strip(), en.strip())
        raise self.bad(
            Text(
                f"“{key}”须有且仅有中文（zh）和英文（en），各不超过 {LONGEST} 字，"
                "不含控制字符和“${”",
                f"“{key}” needs Chinese (zh) and English (en) and nothing else, each of at most"
                f" {LONGEST} characters, without control characters and without “${{”",
            )
        )


def _fit(text: str) -> bool:
    """True for words that a form may show: ``${`` would refer to another question in an XLSForm."""
    return (
        0 < len(text.strip()) <= LONGEST
        and "${" not in text
        and not any(unicodedata.category(sign) in ("Cc", "Cs", "Co", "Cn") for sign in text.strip())
    )
