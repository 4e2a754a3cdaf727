"""The OpenAPI document that a gateway serves of itself, with an operation for each mode."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import shixiao
from shixiao.gateway.asking import FORMATS, LONGEST
from shixiao.gateway.refusals import reasons

_TEXT = {"type": "string", "minLength": 1, "maxLength": LONGEST}
_WORDS = {
    "lookup": "按键查询 · Look one person up",
    "verify": "核验，只答是否 · Verify values: yes or no alone",
    "batch": "批量，可续传 · A chunk of rows, to be continued",
}
_SIGNED = ("Content-Digest", "Signature-Input", "Signature")


def openapi(datasets: Iterable[str]) -> dict[str, Any]:
    """Return the document.

    Args:
        datasets: ids of what the gateway stands in front of.
    """
    names = sorted(datasets)
    paths: dict[str, Any] = {
        "/x/{dataset}": {"post": _operation("lookup", _question(key=_TEXT), names)},
        "/x/{dataset}/verify": {
            "post": _operation("verify", _question(key=_TEXT, values=_VALUES), names)
        },
        "/x/{dataset}/batch": {"post": _operation("batch", _batch(), names)},
        "/receipts/{id}": {"get": _receipt()},
    }
    for path in ("/health", "/metrics", "/checkpoints", "/openapi.json"):
        codes = ("200", "503") if path == "/health" else ("200",)
        paths[path] = {"get": {"responses": {code: {"description": "·"} for code in codes}}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Shixiao gateway 实效网关",
            "version": shixiao.__version__,
            "description": "请求按 RFC 9421 签名 · Requests are signed as RFC 9421 has it.",
        },
        "paths": paths,
        "components": {"schemas": {"Refusal": _refusal()}},
    }


_VALUES = {"type": "object", "minProperties": 1, "additionalProperties": _TEXT}


def _question(**more: Any) -> dict[str, Any]:
    fields = {"purpose": _TEXT, "case": _TEXT, **more}
    return {
        "type": "object",
        "required": list(fields),
        "properties": fields,
        "additionalProperties": False,
    }


def _batch() -> dict[str, Any]:
    body = _question()
    body["properties"] |= {
        "cursor": {"type": "string", "maxLength": LONGEST * 10},
        "format": {"enum": list(FORMATS)},
        "rows": {"type": "integer", "minimum": 0, "maximum": (1 << 31) - 1},
    }
    return body


def _operation(mode: str, body: dict[str, Any], datasets: list[str]) -> dict[str, Any]:
    media: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}}
    if mode == "batch":
        media = {"text/csv": {}, "application/vnd.apache.parquet": {}}
    refused = sorted({str(reason.status) for reason in reasons().values()} - {"202"})
    refusal = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    dataset = {"type": "string", "enum": datasets} if datasets else {"type": "string"}
    return {
        "operationId": mode,
        "summary": _WORDS[mode],
        "parameters": [
            {"name": "dataset", "in": "path", "required": True, "schema": dataset},
            *(
                {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
                for name in _SIGNED
            ),
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "200": {"description": "·", "content": media},
            **{code: {"description": "·", "content": refusal} for code in refused},
        },
    }


def _receipt() -> dict[str, Any]:
    id_ = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
    return {
        "operationId": "receipt",
        "summary": "收据 · The proof of one exchange (.tlog-proof)",
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": id_}],
        "responses": {code: {"description": "·"} for code in ("200", "202", "404")},
    }


def _refusal() -> dict[str, Any]:
    text = {
        "type": "object",
        "required": ["zh", "en"],
        "properties": {"zh": {"type": "string"}, "en": {"type": "string"}},
    }
    return {
        "type": "object",
        "required": ["reason", "text", "receipt"],
        "properties": {
            "reason": {"enum": sorted(reasons())},
            "text": text,
            "receipt": {"type": ["string", "null"]},
        },
    }
