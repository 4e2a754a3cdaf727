"""Grants as access agreements of Bitol's Open Access Agreement Standard (OAAS v0.9, RFC 0056).

The standard has provider and consumer, the data product, purpose, start, end and next reassessment.
What it lacks (fields, legal basis, kinds of case, masks, rows, rate, persons, keys) stands in
``customProperties``, each under the name it has here, so that other tools keep it as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import yaml

from shixiao.datafiles import load_yaml
from shixiao.sharing.grants.grant import Condition, Grant, Key, Mode, Person
from shixiao.terms import BadInput, Text

VERSION, KIND = "v0.9.0", "AccessAgreement"
_NOT = Text(
    "不是 OAAS 访问协议（{why}）。",
    "this is no access agreement of OAAS ({why})",
)


def to_oaas(grant: Grant) -> dict[str, Any]:
    """Return a grant as an access agreement: plain lists, mappings, texts and numbers."""
    return {
        "apiVersion": VERSION,
        "kind": KIND,
        "id": grant.id,
        "status": "approved",
        "info": {
            "startTimestamp": grant.starts.isoformat(),
            "endTimestamp": grant.ends.isoformat(),
            "nextReassessmentTimestamp": grant.reassess_on.isoformat(),
        },
        "description": {"purpose": grant.purpose_text},
        "provider": {"team": grant.provider, "dataProduct": grant.dataset, "system": grant.source},
        "consumer": {"team": grant.recipient, "system": grant.caller},
        "customProperties": [
            {"property": name, "value": value} for name, value in _custom(grant).items()
        ],
    }


def from_oaas(value: Mapping[str, Any]) -> Grant:
    """Read an access agreement as a grant; it is not yet checked (``check``).

    Raises:
        BadInput: it is none, or lacks what a grant cannot do without.
    """
    try:
        if value["kind"] != KIND:
            raise BadInput(_NOT.format(why=f"kind: {str(value['kind'])[:40]}"))
        if value.get("status") != "approved":
            raise BadInput(_NOT.format(why=f"status: {str(value.get('status'))[:40]}"))
        custom = {each["property"]: each["value"] for each in value["customProperties"]}
        return _grant(value, custom)
    except KeyError as missing:
        raise BadInput(_NOT.format(why=missing.args[0])) from None
    except (TypeError, ValueError, AttributeError) as problem:
        raise BadInput(_NOT.format(why=str(problem)[:80])) from None


def write_oaas(grant: Grant) -> str:
    """Write a grant as YAML; the same grant gives the same text."""
    return yaml.safe_dump(to_oaas(grant), allow_unicode=True, sort_keys=False, width=100)


def read_oaas(text: str | bytes) -> Grant:
    """Read YAML or JSON.

    Raises:
        BadInput: as ``from_oaas``.
    """
    try:
        value = load_yaml(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        raise BadInput(_NOT.format(why="YAML")) from None
    if not isinstance(value, dict):
        raise BadInput(_NOT.format(why="YAML"))
    return from_oaas(value)


def _custom(grant: Grant) -> dict[str, Any]:
    return {
        "purposeId": grant.purpose,
        "legalBasis": {"law": grant.law, "article": grant.article},
        "fields": list(grant.fields),
        "rows": [{"column": r.column, "op": r.op, "values": list(r.values)} for r in grant.rows],
        "masking": dict(grant.masks),
        "marks": dict(grant.marks),
        "mode": grant.mode.value,
        "rate": {"perSecond": grant.rate, "burst": grant.burst, "maxRows": grant.max_rows},
        "caseTypes": list(grant.case_types),
        "providerPerson": asdict(grant.provider_person),
        "consumerPerson": asdict(grant.recipient_person),
        "keys": [asdict(key) for key in grant.keys],
    }


def _grant(value: Mapping[str, Any], custom: Mapping[str, Any]) -> Grant:
    info, rate = value["info"], custom["rate"]
    return Grant(
        id=str(value["id"]),
        provider=str(value["provider"]["team"]),
        recipient=str(value["consumer"]["team"]),
        source=str(value["provider"]["system"]),
        caller=str(value["consumer"]["system"]),
        dataset=str(value["provider"]["dataProduct"]),
        purpose=str(custom["purposeId"]),
        purpose_text=str(value["description"]["purpose"]),
        law=str(custom["legalBasis"]["law"]),
        article=str(custom["legalBasis"]["article"]),
        fields=_texts(custom["fields"]),
        mode=Mode(custom["mode"]),
        rate=int(rate["perSecond"]),
        burst=int(rate["burst"]),
        max_rows=int(rate["maxRows"]),
        starts=_day(info["startTimestamp"]),
        ends=_day(info["endTimestamp"]),
        reassess_on=_day(info["nextReassessmentTimestamp"]),
        case_types=_texts(custom["caseTypes"]),
        provider_person=Person(**custom["providerPerson"]),
        recipient_person=Person(**custom["consumerPerson"]),
        keys=tuple(Key(**each) for each in custom["keys"]),
        rows=tuple(
            Condition(str(r["column"]), str(r["op"]), tuple(r["values"]))
            for r in custom.get("rows", [])
        ),
        masks={str(k): str(v) for k, v in custom.get("masking", {}).items()},
        marks={str(k): str(v) for k, v in custom.get("marks", {}).items()},
    )


def _texts(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"a list is expected, not {value!r}")
    return tuple(str(each) for each in value)


def _day(value: Any) -> date:
    """Read a day; YAML may have read it already, and a time of day is cut off."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
