"""Why a gateway refuses: each reason by a code, with its status and a sentence in each language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from shixiao.datafiles import load_yaml
from shixiao.terms import Text


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason to refuse.

    Attributes:
        code: by which programs know it.
        status: of HTTP.
        text: what it says.
    """

    code: str
    status: int
    text: Text


class Refused(Exception):
    """A request is refused; ``reason`` says why."""

    def __init__(self, code: str) -> None:
        self.reason = reasons()[code]
        super().__init__(code)


@cache
def reasons() -> Mapping[str, Reason]:
    """Return every reason by its code."""
    text = files("shixiao.gateway").joinpath("data/refusals.yaml").read_text("utf-8")
    return {
        code: Reason(code, int(each["status"]), Text.of(each))
        for code, each in load_yaml(text).items()
    }


def refusal_bytes(reason: Reason, receipt: str | None) -> bytes:
    """Return the answer that says why, with the receipt of the refusal where there is one."""
    return json.dumps(
        {"reason": reason.code, "text": reason.text.to_json(), "receipt": receipt},
        ensure_ascii=False,
    ).encode()
