"""Text in both languages of the house: Chinese first, English complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence or name in Chinese and in English; neither may be missing."""

    zh: str
    en: str

    def __post_init__(self) -> None:
        if not self.zh.strip() or not self.en.strip():
            raise ValueError(f"A Text needs both languages: zh={self.zh!r}, en={self.en!r}")

    @classmethod
    def of(cls, value: Text | Mapping[str, str] | str) -> Text:
        """Take a Text, a mapping with ``zh`` and ``en``, or a name that both languages share."""
        if isinstance(value, Text):
            return value
        if isinstance(value, str):
            return cls(value, value)
        return cls(str(value["zh"]), str(value["en"]))

    def format(self, **values: object) -> Text:
        """Fill ``{placeholders}``; a value that is itself a Text is put in the fitting language."""
        zh = {k: v.zh if isinstance(v, Text) else v for k, v in values.items()}
        en = {k: v.en if isinstance(v, Text) else v for k, v in values.items()}
        return Text(self.zh.format(**zh), self.en.format(**en))

    def in_language(self, language: str) -> str:
        """Return the ``zh`` or the ``en`` wording."""
        return self.zh if language == "zh" else self.en

    def to_json(self) -> dict[str, str]:
        """Return the contract form ``{"zh", "en"}``."""
        return {"zh": self.zh, "en": self.en}
