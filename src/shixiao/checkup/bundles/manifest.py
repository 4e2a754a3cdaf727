"""The manifest: what a result rests on, and the hash of every part of its bundle."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import shixiao
from shixiao.checkup.bundles.container import SCHEMA
from shixiao.checkup.evaluation import Evaluation
from shixiao.effect import whole
from shixiao.rules import RulePack
from shixiao.terms import BadInput, Text

COUNTED = (".py", ".yaml", ".json", ".csv", ".html", ".css")


@cache
def code() -> dict[str, str]:
    """Return the version of this code and the SHA-256 over its files by name and content.

    Two versions of one number may differ; two checkouts of one commit have one hash.
    """
    digest = hashlib.sha256()
    for name, file in _code_files(files("shixiao"), ""):
        content = file.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return {"version": shixiao.__version__, "sha256": digest.hexdigest()}


def _code_files(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            yield from _code_files(entry, name)
        elif name.endswith(COUNTED):
            yield name, entry


def manifest(
    evaluation: Evaluation,
    kind: str,
    *,
    result: Mapping[str, Any],
    parts: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Return the manifest of a bundle.

    Args:
        evaluation: what was found.
        kind: ``public`` or ``auditor``.
        result: hash and size of result.json as it was published.
        parts: hash and size of every other part.
    """
    meta = evaluation.store.meta
    return {
        "schema": SCHEMA,
        "kind": kind,
        "subject": whole(evaluation.store).to_json(),
        "code": code(),
        "rules": {"pack": evaluation.rules.name, "hash": evaluation.rules.hash},
        "seed": evaluation.question.seed,
        "calendar": meta.calendar,
        "zone": meta.zone,
        "inputs": [{"name": i.name, "sha256": i.sha256} for i in meta.inputs],
        "result": dict(result),
        "parts": {name: dict(part) for name, part in sorted(parts.items())},
    }


MOST_DRAWS = 100_000
DRAWS = ("E-18", "I-07")


def rules_of(data: Any, said: Mapping[str, Any], *, file: str) -> RulePack:
    """Read the rules of a bundle.

    Raises:
        BadInput: they are no rules, not those of the manifest, or ask for more draws than anybody
            needs.
    """
    try:
        rules = RulePack.from_json(data)
        digest = rules.hash
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadInput(
            Text("其中的规则不合格式。", "its rules are not in the form of rules"), file=file
        ) from None
    if (rules.name, digest) != (said["pack"], said["hash"]):
        raise BadInput(
            Text(
                f"其中的规则不是清单所记的规则包 {said['pack'][:60]}；请从公布处重新下载。",
                f"its rules are not those of pack {said['pack'][:60]} that the manifest names;"
                " fetch it again from where it was published",
            ),
            file=file,
        )
    for name in DRAWS:
        value = rules.value(name)
        for draws in value.values() if isinstance(value, dict) else (value,):
            if not isinstance(draws, int) or not 0 < draws <= MOST_DRAWS:
                raise BadInput(
                    Text(
                        f"规则 {name} 的抽样次数超过 {MOST_DRAWS}。",
                        f"rule {name} asks for more than {MOST_DRAWS} draws",
                    ),
                    file=file,
                )
    return rules
