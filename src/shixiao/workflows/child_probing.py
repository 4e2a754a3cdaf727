"""Probing in a child process: the target may send anything, so it is met apart from the records."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import shixiao
from shixiao.rules import load_pack
from shixiao.security.probing import Account, Consent, Given, Load, Profile, Target, run
from shixiao.security.probing.watching import fingerprint
from shixiao.terms import Text

REPORT, LOG = "report.json", "sent.jsonl"


def probed(asked: Mapping[str, Any], tell: Callable[[Text], None]) -> dict[str, Any]:
    """Probe a target as the job says; leave the report, and everything that was sent.

    Raises:
        BadInput: the consent or the target is none.
    """
    folder, rules = Path(asked["folder"]), load_pack()
    report = run(
        Target.parse(asked["target"]),
        Profile(asked["profile"]),
        consent=Consent.of(asked["consent"]),
        given=given_of(asked["lent"], folder, Path(asked["tools"])),
        now=lambda: datetime.now(UTC),
        tell=tell,
    )
    (folder / LOG).write_text(report.log(), "utf-8")
    told = json.dumps(report.to_json(rules), ensure_ascii=False)
    (folder / REPORT).write_text(told, "utf-8")
    return {"probed": {"rules_sha256": rules.hash, "code_version": shixiao.__version__}}


def watched(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Look at the certificate of each target; None for what shows none.

    Raises:
        BadInput: a consent or a target is none.
    """
    return {
        "watched": [
            fingerprint(
                Target.parse(each["target"]),
                Consent.of(each["consent"]),
                now=lambda: datetime.now(UTC),
            )
            for each in asked["each"]
        ]
    }


def given_of(lent: Mapping[str, Any], folder: Path, tools: Path) -> Given:
    """Return what a job lends the probes; certificates that it trusts go into the folder."""
    ca = None
    if lent.get("ca"):
        ca = folder / "trusted.pem"
        ca.write_text(lent["ca"], "utf-8")
    load = lent.get("load")
    user, password = lent.get("fields") or ("username", "password")
    return Given(
        ca=ca,
        openapi=lent.get("openapi", ""),
        token=lent.get("token", ""),
        login=lent.get("login", ""),
        fields=(user, password),
        accounts=tuple(
            Account(each["name"], each["password"], tuple(each["own"]))
            for each in lent.get("accounts", ())
        ),
        workshop=folder,
        national=bool(lent.get("national")),
        tools=tools,
        load=Load(load["rate"], load["milliseconds"]) if load else None,
    )
