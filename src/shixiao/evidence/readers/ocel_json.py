"""OCEL 2.0 as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shixiao.evidence.readers.decode import GZIP_ERRORS, broken_gzip, open_binary
from shixiao.evidence.readers.ocel import OcelEvent, OcelObject, as_text, invalid
from shixiao.terms import BadInput, Text

LARGEST = 512 << 20  # bytes: JSON is held in memory, several times its size


class JsonLog:
    """A log read from JSON (``eventTypes``, ``objectTypes``, ``events``, ``objects``)."""

    def __init__(self, path: Path, *, file: str) -> None:
        self._file = file
        data = self._load(path)
        for key in ("objectTypes", "eventTypes", "objects", "events"):
            entries = data.get(key)
            if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
                raise invalid(file, f"缺少列表 {key}", f"the list “{key}” is missing")
        self._events = data["events"]
        self.object_types = [
            self._need(entry, "name", "objectTypes") for entry in data["objectTypes"]
        ]
        self.objects = {
            self._need(entry, "id", "objects"): self._object(entry) for entry in data["objects"]
        }
        self.event_attributes = list(
            dict.fromkeys(name for event in self._events for name in self._attributes(event))
        )

    def events(self) -> Iterator[OcelEvent]:
        """Give the events in the order of the file."""
        for place, event in enumerate(self._events):
            yield OcelEvent(
                type=self._need(event, "type", "events"),
                time=as_text(event.get("time")),
                place=place,
                attributes=self._attributes(event),
                objects=self._related(event),
            )

    def _load(self, path: Path) -> dict[str, Any]:
        try:
            with open_binary(path) as stream:
                content = stream.read(LARGEST + 1)
        except GZIP_ERRORS:
            raise broken_gzip(self._file) from None
        if len(content) > LARGEST:
            raise BadInput(
                Text(
                    "JSON 超过 512 MiB；请改用 OCEL 2.0 的 SQLite 格式，或按时间拆分。",
                    "The JSON is above 512 MiB; use the SQLite form of OCEL 2.0, or split it.",
                ),
                file=self._file,
            )
        try:
            data = json.loads(content)
        except (ValueError, RecursionError):
            raise invalid(self._file, "不是 JSON", "it is no JSON") from None
        if not isinstance(data, dict):
            raise invalid(self._file, "最外层应为对象", "its outermost value must be an object")
        return data

    def _need(self, entry: dict[str, Any], key: str, where: str) -> str:
        value = as_text(entry.get(key))
        if value is None:
            raise invalid(self._file, f"{where} 中缺少 {key}", f"“{key}” is missing in “{where}”")
        return value

    def _object(self, entry: dict[str, Any]) -> OcelObject:
        return OcelObject(
            self._need(entry, "type", "objects"), self._attributes(entry), self._related(entry)
        )

    def _attributes(self, entry: dict[str, Any]) -> dict[str, str | None]:
        """Return the latest value of each attribute; times in one log are written alike."""
        attributes = self._list(entry, "attributes")
        ordered = sorted(attributes, key=lambda a: str(a.get("time") or ""))
        return {self._need(a, "name", "attributes"): as_text(a.get("value")) for a in ordered}

    def _related(self, entry: dict[str, Any]) -> list[str]:
        relations = self._list(entry, "relationships")
        return [self._need(relation, "objectId", "relationships") for relation in relations]

    def _list(self, entry: dict[str, Any], key: str) -> list[dict[str, Any]]:
        values = entry.get(key) or []
        if not isinstance(values, list) or not all(isinstance(v, dict) for v in values):
            raise invalid(self._file, f"{key} 应为列表", f"“{key}” must be a list")
        return values
