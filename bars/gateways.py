"""A gateway for bars and tests: an invented register, cases, signed files, and a recipient."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from shixiao.gateway.config import Config, read_config
from shixiao.gateway.signatures import Asked, sign
from shixiao.seals import SigningKey
from shixiao.sharing.admission import Admission, Status, write_statuses
from shixiao.sharing.grants import Grant, Key, Mode, Person, Shape, compile_index, write_index

RECIPIENT, PUBLISHER = SigningKey(bytes(range(32))), SigningKey(bytes(range(1, 33)))
COLUMNS = ("id_number", "name", "address", "born", "income", "region", "secret")
SHAPE = Shape("people", "id_number", COLUMNS)
SECRET = "never-granted"  # noqa: S105 - a value that must not be seen in any answer
AUTHORITY = "gateway.test"
GRANT = Grant(
    id="G-1",
    provider="civil-affairs",
    recipient="housing",
    source="register",
    caller="housing-desk",
    dataset="people",
    purpose="rent-aid",
    purpose_text="公租房租金补贴资格审核",
    law="政务数据共享条例",
    article="第二十二条",
    fields=("name", "address", "born"),
    mode=Mode.LOOKUP,
    rate=1_000_000,
    burst=1_000_000,
    max_rows=1,
    starts=date(2020, 1, 1),
    ends=date(2120, 12, 31),
    reassess_on=date(2100, 12, 1),
    case_types=("rent-aid",),
    provider_person=Person("李某", "民政局数据科"),
    recipient_person=Person("王某", "住建局住房保障科"),
    keys=(Key("housing-1", "ed25519", RECIPIENT.public.base64),),
    masks={"name": "name", "born": "year"},
)
GRANTS = (
    GRANT,
    replace(GRANT, id="G-2", mode=Mode.VERIFY, fields=("name", "income"), masks={}),
    replace(
        GRANT,
        id="G-3",
        mode=Mode.BATCH,
        fields=("address", "income"),
        masks={},
        marks={"address": "width", "income": "zeros"},
        max_rows=200,
        case_types=("census",),
    ),
)
ADMITTED = Admission(Status.ADMITTED, date(2120, 1, 1))


@dataclass
class Place:
    """A folder with everything that a gateway is told.

    Attributes:
        folder: of the gateway.
        version: of the signed files that were written last.
    """

    folder: Path
    version: int = 0

    @property
    def path(self) -> Path:
        """The config."""
        return self.folder / "gateway.yaml"

    @property
    def config(self) -> Config:
        """The config, read."""
        return read_config(self.path)

    def grant(
        self, *grants: Grant, issued: datetime | None = None, key: SigningKey = PUBLISHER
    ) -> None:
        """Publish grants, and nothing but them."""
        self.version += 1
        index = compile_index(grants, {"people": SHAPE}, zone=UTC)
        path, at = self.folder / "grants.json", issued or datetime.now(UTC)
        write_index(path, index, key, version=self.version, issued=at)

    def admit(self, **systems: Admission) -> None:
        """Publish the list of admitted systems."""
        known = {"housing-desk": ADMITTED, "register": ADMITTED}
        known |= {name.replace("_", "-"): admission for name, admission in systems.items()}
        self.version += 1
        path, at = self.folder / "statuses.json", datetime.now(UTC)
        write_statuses(path, known, PUBLISHER, version=self.version, issued=at)


def person(number: int) -> str:
    """Return the identifier of an invented person."""
    return f"P{number:08}"


def case(number: int) -> str:
    """Return the id of the open case about that person."""
    return f"C{number:08}"


def gateway_in(folder: Path, *, people: int = 500, **more: Any) -> Place:
    """Make a folder with config, register, cases and signed files."""
    told = {
        "origin": "data.test/gw1",
        "public_url": f"http://{AUTHORITY}",
        "state": "state",
        "zone": "UTC",
        "grants": {"place": "grants.json", "key": PUBLISHER.public.base64, "max_age": 86_400},
        "statuses": {"place": "statuses.json", "key": PUBLISHER.public.base64, "max_age": 86_400},
        "datasets": {
            "people": {
                "kind": "sqlite",
                "place": "people.sqlite3",
                "table": "people",
                "key": "id_number",
            }
        },
        "cases": {"place": "cases.sqlite3"},
        "delays": {"inquiry": {"days": 90, "basis": "《中华人民共和国监察法》第四十二条"}},
    } | more
    place = Place(folder)
    place.path.write_text(yaml.safe_dump(told, allow_unicode=True), "utf-8")
    _fill(folder, people)
    place.grant(*GRANTS)
    place.admit()
    return place


def _fill(folder: Path, people: int) -> None:
    with closing(sqlite3.connect(folder / "people.sqlite3")) as base, base:
        base.execute(f"CREATE TABLE people ({', '.join(COLUMNS)}, PRIMARY KEY (id_number))")
        base.executemany(
            "INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (person(n), f"王{n}", f"东路({n}号)", "1990-01-02", f"{n}.25", "东区", SECRET)
                for n in range(people)
            ),
        )
    with closing(sqlite3.connect(folder / "cases.sqlite3")) as base, base:
        base.execute("CREATE TABLE cases (case_id PRIMARY KEY, service_id, person_key, closed)")
        rows = [(case(n), "rent-aid", person(n), None) for n in range(people)]
        rows += [
            ("closed", "rent-aid", person(1), "2026-01-01"),
            ("other", "marriage", person(1), None),
            ("census", "census", None, None),
        ]
        base.executemany("INSERT INTO cases VALUES (?, ?, ?, ?)", rows)


def question(number: int, **changes: Any) -> dict[str, Any]:
    """Return a look-up of a person for the open case about the same."""
    return {"purpose": "rent-aid", "case": case(number), "key": person(number)} | changes


def signed(
    config: Config,
    path: str,
    body: dict[str, Any] | bytes,
    *,
    query: str = "",
    now: float | None = None,
    valid: int = 300,
    nonce: str = "",
    key: SigningKey = RECIPIENT,
    key_id: str = "housing-1",
) -> tuple[Asked, dict[str, str]]:
    """Return a request and the headers that sign it."""
    data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    asked = Asked("POST", path, query, {}, data)
    created = int(time.time() if now is None else now)
    headers = sign(
        asked,
        config.address,
        key_id=key_id,
        algorithm="ed25519",
        secret=key.seed,
        created=created,
        expires=created + valid,
        nonce=nonce or secrets.token_urlsafe(18),
    )
    return asked, headers
