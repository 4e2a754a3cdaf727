"""CKAN: entries as packages of the action API, so that the platform that exists stays the source.

``package_search`` is read page by page; ``package_create`` and ``package_update`` write. Identity
is the extra ``identifier`` (DCAT ``dct:identifier``), then the package's id: never its name, which
people change. Source: CKAN 2.11, API guide, "Action API".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from types import TracebackType
from typing import Any, Self

import httpx

from shixiao.sharing.catalogue.dataset import DAYS, LISTS, TEXTS, Dataset, Item
from shixiao.sharing.catalogue.words import words
from shixiao.terms import BadInput, Text, Unavailable

PAGE = 1_000
MOST_PAGES = 1_000
LARGEST = 64 << 20  # bytes of one page
PREFIX = "shixiao_"
# Extras by which DCAT plug-ins and Chinese portals name the same thing → field of Dataset.
ALSO = {
    "frequency": "cycle",
    "update_cycle": "cycle",
    "theme": "domain",
    "share_type": "sharing",
    "share_mode": "mode",
    "use_conditions": "purpose",
    "contact_name": "person",
}


def to_package(dataset: Dataset) -> dict[str, Any]:
    """Return an entry as a package: what CKAN knows in its own fields, the rest as extras."""
    extras = {"identifier": dataset.id, f"{PREFIX}name_en": dataset.name.en}
    extras |= {PREFIX + name: getattr(dataset, name) for name in TEXTS}
    extras |= {PREFIX + day: d.isoformat() for day in DAYS if (d := getattr(dataset, day))}
    return {
        "name": name_of(dataset.id),
        "title": dataset.name.zh,
        "notes": dataset.summary,
        "owner_org": dataset.provider,
        "private": dataset.sharing == "not_shared",
        "extras": [{"key": k, "value": v} for k, v in sorted(extras.items()) if v],
        "resources": [
            {
                "name": dataset.name.zh,
                "format": words("formats").name(dataset.format).en if dataset.format else "",
                "schema": {
                    "fields": [
                        {"name": i.name, "type": i.datatype, "element": i.element, "grade": i.grade}
                        for i in dataset.items
                    ]
                },
            }
        ],
    }


def name_of(identifier: str) -> str:
    """Return a package name (lower-case ASCII, 2–100 signs) that follows from the identifier."""
    plain = re.sub(r"[^a-z0-9_-]+", "-", identifier.casefold()).strip("-")
    return f"ds-{plain}"[:100]


def from_package(package: Mapping[str, Any], *, source: str) -> Dataset:
    """Read a package.

    Raises:
        BadInput: it has no identity, title or organisation.
    """
    extras = {
        str(extra.get("key", "")): str(extra.get("value") or "")
        for extra in package.get("extras") or ()
        if isinstance(extra, Mapping)
    }
    given = {field: extras[key] for key, field in ALSO.items() if extras.get(key)}
    given |= {n: extras[PREFIX + n] for n in TEXTS if extras.get(PREFIX + n)}
    for field, of in LISTS.items():
        if field in given:
            given[field] = words(of).find(given[field]) or given[field]
    organisation = package.get("organization") or {}
    given.setdefault("provider", str(organisation.get("name") or package.get("owner_org") or ""))
    identifier = extras.get("identifier") or str(package.get("id") or "")
    title = str(package.get("title") or package.get("name") or "").strip()
    if not (identifier and title and given["provider"]):
        raise BadInput(
            Text(
                f"平台条目“{title or identifier or '（无名）'}”缺少标识、名称或提供单位。",
                f"The platform's entry “{title or identifier or '(unnamed)'}” lacks identifier,"
                " name or provider.",
            ),
            file=source,
        )
    given.setdefault("summary", str(package.get("notes") or "")[:4_000])
    days = {day: _day(extras.get(PREFIX + day, "")) for day in DAYS}
    if days["updated"] is None:
        days["updated"] = _day(str(package.get("metadata_modified") or ""))
    name_en = extras.get(f"{PREFIX}name_en") or title
    values: dict[str, Any] = {**given, **days}
    return Dataset(id=identifier, name=Text(title, name_en), items=_items(package), **values)


def _items(package: Mapping[str, Any]) -> tuple[Item, ...]:
    found = []
    for resource in package.get("resources") or ():
        schema = resource.get("schema") if isinstance(resource, Mapping) else None
        for field in (schema or {}).get("fields", ()) if isinstance(schema, Mapping) else ():
            found.append(
                Item(
                    str(field.get("name", "")),
                    str(field.get("element", "")),
                    str(field.get("type", "")),
                    str(field.get("grade", "")),
                )
            )
    return tuple(found)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


class Ckan:
    """The action API of one CKAN site."""

    def __init__(self, address: str, *, token: str = "", timeout: float = 30.0) -> None:
        if not address.startswith(("http://", "https://")):
            raise BadInput(
                Text(
                    f"“{address[:80]}”不是网址；请写 CKAN 站点的地址，如 https://data.example.gov.cn。",
                    f"“{address[:80]}” is no address; give that of a CKAN site, such as"
                    " https://data.example.gov.cn.",
                )
            )
        headers = {"Authorization": token} if token else {}
        self.address = address.rstrip("/")
        self._client = httpx.Client(timeout=timeout, headers=headers, follow_redirects=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def datasets(self) -> Iterator[Dataset]:
        """Yield every entry of the site, in the order of its identifiers.

        Raises:
            Unavailable: the site does not answer, or answers something else.
            BadInput: an entry cannot be read.
        """
        start = 0
        for _ in range(MOST_PAGES):
            page = self._ask(
                "package_search",
                {"rows": PAGE, "start": start, "sort": "id asc", "include_private": True},
            )
            rows = page.get("results") or []
            for package in rows:
                yield from_package(package, source=self.address)
            start += len(rows)
            if not rows or start >= int(page.get("count") or 0):
                return

    def put(self, dataset: Dataset) -> None:
        """Write an entry: update the package of its name, or create it.

        Raises:
            Unavailable: the site refuses or does not answer.
        """
        package = to_package(dataset)
        known = self._answer("package_show", {"id": package["name"]})
        action = "package_update" if known.get("success") else "package_create"
        self._ask(action, package)

    def _ask(self, action: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._answer(action, body)
        if not answer.get("success"):
            said = str(answer.get("error", ""))[:200]
            raise Unavailable(
                Text(
                    f"目录平台拒绝了“{action}”：{said}",
                    f"The catalogue platform refused “{action}”: {said}",
                )
            )
        result: dict[str, Any] = answer["result"]
        return result

    def _answer(self, action: str, body: Mapping[str, Any]) -> dict[str, Any]:
        try:
            answer = json.loads(self._body(f"{self.address}/api/3/action/{action}", body))
            if not isinstance(answer, dict) or "success" not in answer:
                raise ValueError("no answer of the action API")
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable(
                Text(
                    f"目录平台 {self.address} 没有按 CKAN 接口应答：{error}",
                    f"The catalogue platform {self.address} does not answer as CKAN does: {error}",
                )
            ) from None
        found: dict[str, Any] = answer
        return found

    def _body(self, address: str, body: Mapping[str, Any]) -> bytes:
        """Return what the site answers, or stop reading once it is too much."""
        found = bytearray()
        with self._client.stream("POST", address, json=dict(body)) as response:
            for part in response.iter_bytes():
                found += part
                if len(found) > LARGEST:
                    raise ValueError(f"more than {LARGEST >> 20} MB")
        return bytes(found)
