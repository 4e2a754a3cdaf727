"""Problem: bad input said in one clear sentence, so that nobody ever meets a traceback."""

from __future__ import annotations

from shixiao.terms.text import Text


class BadInput(Exception):
    """The input or the call is wrong. The message says where, what, and what to do (exit code 2).

    ``file``, ``row`` and ``column`` are put in front of the sentence when they are known.
    Rows are counted as a person counts them: the first row below a header is row 1.
    """

    def __init__(
        self,
        text: Text,
        *,
        file: str | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        self.text = text
        self.file = file
        self.row = row
        self.column = column
        super().__init__(self.in_language("en"))

    def in_language(self, language: str) -> str:
        """Return the whole sentence, place first, in ``zh`` or ``en``."""
        chinese = language == "zh"
        place = []
        if self.file is not None:
            place.append(self.file)
        if self.row is not None:
            place.append(f"第 {self.row} 行" if chinese else f"row {self.row}")
        if self.column is not None:
            place.append(f"“{self.column}”列" if chinese else f"column “{self.column}”")
        head = ("，" if chinese else ", ").join(place)
        separator = "：" if chinese else ": "
        return (head + separator if head else "") + self.text.in_language(language)


class Unavailable(Exception):
    """Something outside failed: an engine, a database, a target (exit code 3)."""

    def __init__(self, text: Text) -> None:
        self.text = text
        super().__init__(text.en)
