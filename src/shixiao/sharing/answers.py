"""What a command printed with ``--json``, read back from a file that anybody may have edited.

Values are given out by kind; whatever is of another kind or size is refused with its place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from shixiao.terms import BadInput, Estimate, Text

LARGEST = 32 << 20  # bytes
LONGEST = 1_000  # signs of one text
MOST = 1 << 53  # beyond which a JSON number is not exact
WRONG = Text(
    "“{place}”缺失、类型不对或过长；请上传命令写出的原文件。",
    "“{place}” is missing, of another kind or too long; upload the file as the command wrote it.",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An object of an answer.

    Attributes:
        values: as they were read.
        file: name of the file.
        place: where in it the object stands; "" for the whole.
    """

    values: Mapping[str, Any]
    file: str
    place: str = ""

    def text(self, name: str, *, longest: int = LONGEST) -> str:
        """Return a text; "" where there is none."""
        value = self.values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > longest or "\x00" in value:
            self.refuse(name)
        return value.strip()

    def both(self, name: str) -> Text:
        """Return a text of both languages."""
        return _both(self.values.get(name)) or self.refuse(name)

    def whole(self, name: str) -> int:
        """Return a count."""
        value = self.values.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST:
            self.refuse(name)
        return value

    def number(self, name: str) -> float:
        """Return a number that is finite."""
        value = self.values.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.refuse(name)
        if not abs(value) <= MOST:  # which is no for NaN as well
            self.refuse(name)
        return float(value)

    def truth(self, name: str) -> bool:
        """Return yes or no."""
        value = self.values.get(name)
        if not isinstance(value, bool):
            self.refuse(name)
        return value

    def estimate(self, name: str) -> Estimate:
        """Return an estimate."""
        try:
            return Estimate.from_json(self.values[name])
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            self.refuse(name)

    def texts(self, name: str, *, most: int) -> list[Text]:
        """Return a list of texts of both languages; empty where there is none."""
        found = [_both(each) for each in self._list(name, most)]
        return [each or self.refuse(name) for each in found]

    def each(self, name: str, *, most: int) -> list[Answer]:
        """Return a list of objects."""
        rows = self._list(name, most)
        if name not in self.values or not all(isinstance(row, dict) for row in rows):
            self.refuse(name)
        return [
            Answer(row, self.file, f"{self._at(name)}[{place}]") for place, row in enumerate(rows)
        ]

    def refuse(self, name: str) -> NoReturn:
        """Refuse the file, for what it says there."""
        raise BadInput(WRONG.format(place=self._at(name)), file=self.file)

    def _list(self, name: str, most: int) -> list[Any]:
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > most:
            self.refuse(name)
        return value

    def _at(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place else name


def read_answer(
    data: bytes, *, schema: str, command: str, file: str, largest: int = LARGEST
) -> Answer:
    """Read what a command printed.

    Args:
        data: the file.
        schema: that the answer names.
        command: which prints it, for what is said of a file that is something else.
        file: its name.
        largest: bytes that are read at most; what comes from anybody has 32 MB.

    Raises:
        BadInput: it is no such answer, or larger.
    """
    try:
        values = json.loads(data) if len(data) <= largest else None
        # JSON can escape half a sign, which no database and no page can write.
        json.dumps(values, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict) or values.get("schema") != schema:
        said = Text(
            f"这不是 {command} --json 的输出，或超过 {largest >> 20} MB。",
            f"This is not what {command} --json prints, or exceeds {largest >> 20} MB.",
        )
        raise BadInput(said, file=file)
    return Answer(values, file)


def _both(value: Any) -> Text | None:
    """Return a text of both languages; None where it is none, or too long."""
    if not isinstance(value, dict):
        return None
    zh, en = value.get("zh"), value.get("en")
    if not isinstance(zh, str) or not isinstance(en, str) or not zh.strip() or not en.strip():
        return None
    if max(len(zh), len(en)) > LONGEST or "\x00" in zh + en:
        return None
    return Text(zh, en)
