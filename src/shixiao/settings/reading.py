"""Reading values from the environment; what is no such value is named in one clear sentence."""

from __future__ import annotations

from collections.abc import Mapping

from shixiao.terms import BadInput, Text

DIGITS = 18  # a number of more is no setting of anything
YES, NO = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


def whole_number(env: Mapping[str, str], name: str, default: int) -> int:
    """Return a whole number that is not negative, or the default where none is set.

    Raises:
        BadInput: the value is no such number.
    """
    text = env.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS):
        raise BadInput(
            Text(
                f"环境变量 {name} 应为整数，而不是“{text[:60]}”。",
                f"the environment variable {name} must be a whole number, not “{text[:60]}”",
            )
        )
    return int(text)


def yes_or_no(env: Mapping[str, str], name: str) -> bool:
    """Return whether a switch is on; it is off where it is not set.

    Raises:
        BadInput: the value is neither yes nor no.
    """
    text = env.get(name, "").strip().lower()
    if text in YES or text in NO:
        return text in YES
    raise BadInput(
        Text(
            f"环境变量 {name} 应为 1 或 0，而不是“{text[:60]}”。",
            f"the environment variable {name} must be 1 or 0, not “{text[:60]}”",
        )
    )


def several(env: Mapping[str, str], name: str, default: str = "") -> tuple[str, ...]:
    """Return the values of a list that is written with commas."""
    text = env.get(name, "") or default
    return tuple(part.strip() for part in text.split(",") if part.strip())
