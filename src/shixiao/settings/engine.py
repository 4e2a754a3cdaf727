"""Settings of evaluations: what a machine decides and a command may override."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shixiao.settings.reading import whole_number


@dataclass(frozen=True, slots=True)
class Settings:
    """What a machine decides and a command may override.

    Attributes:
        store: folder of built evidence stores, reused by input hash (``SHIXIAO_STORE``).
        person_key: secret under which identifiers of persons are turned into pseudonyms
            (``SHIXIAO_PERSON_KEY``); when empty, a key file is made beside the stores.
        memory: how much memory the analytics engine may take, in MiB (``SHIXIAO_MEMORY_MB``).
        threads: how many threads the analytics engine may use (``SHIXIAO_THREADS``; 0 = all cores).
        language: language of messages on the terminal, ``zh`` or ``en`` (``SHIXIAO_LANGUAGE``).
    """

    store: Path
    person_key: str
    memory: int
    threads: int
    language: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings.

        Raises:
            BadInput: a value that should be a whole number is none; it is named.
        """
        env = os.environ if environment is None else environment
        cache = env.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        return cls(
            store=Path(env.get("SHIXIAO_STORE") or Path(cache) / "shixiao"),
            person_key=env.get("SHIXIAO_PERSON_KEY", ""),
            memory=whole_number(env, "SHIXIAO_MEMORY_MB", 3072),
            threads=whole_number(env, "SHIXIAO_THREADS", 0),
            language=language_of(env),
        )


def language_of(environment: Mapping[str, str]) -> str:
    """Return the language of messages; this never fails, so that other failures can be told."""
    return "en" if environment.get("SHIXIAO_LANGUAGE", "zh").lower().startswith("en") else "zh"
