"""Reading values from the environment; what is no such value is named in one clear sentence."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from shixiao.terms import BadInput, Text

DIGITS = 18  # a number of more is no setting of anything
MAIL = {"smtp", "smtp+tls"}
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


def mail_server(env: Mapping[str, str]) -> str:
    """Return the address of the mail server (``SHIXIAO_MAIL``); "" where there is none.

    Raises:
        BadInput: it is no such address. Another scheme must not pass: the password would go out
            without encryption.
    """
    address = env.get("SHIXIAO_MAIL", "").strip()
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        fits = parts.scheme in MAIL and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not close, a port that is no number
        fits = False
    if not fits:
        raise BadInput(
            Text(
                "SHIXIAO_MAIL 应形如 smtp://用户:口令@主机:587 或 smtp+tls://用户:口令@主机:587。",
                "SHIXIAO_MAIL must look like smtp://user:password@host:587"
                " or smtp+tls://user:password@host:587",
            )
        )
    return address


def networks(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Return networks that are written with commas between, such as ``10.1.0.0/16``.

    Raises:
        BadInput: one of them is none.
    """
    found = several(env, name)
    for each in found:
        try:
            ipaddress.ip_network(each)
        except ValueError:
            raise BadInput(
                Text(
                    f"环境变量 {name} 应为网段，以逗号隔开，而不是“{each[:60]}”。",
                    f"the environment variable {name} takes networks with commas between,"
                    f" not “{each[:60]}”",
                )
            ) from None
    return found


def several(env: Mapping[str, str], name: str, default: str = "") -> tuple[str, ...]:
    """Return the values of a list that is written with commas."""
    text = env.get(name, "") or default
    return tuple(part.strip() for part in text.split(",") if part.strip())
