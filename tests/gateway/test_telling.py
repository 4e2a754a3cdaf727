"""What the bureau is told: entries that fit the checkpoint, and a person's uses, by its key."""

from __future__ import annotations

import asyncio
import base64
import time
from contextlib import closing
from typing import Any

import pytest

from bars.gateways import PUBLISHER, RECIPIENT, Place, case, person, question, signed
from shixiao.gateway.affected import AT_ONCE
from shixiao.gateway.database import connect
from shixiao.gateway.records import gateway_keys, uses_of
from shixiao.ledger import Leaf, LogFolder, Note, Receipt, Trust, opens
from shixiao.ledger.folder import Snapshot
from shixiao.ledger.growth import Edge
from tests.gateway.cast import Asking, Came, running


async def asked(asking: Asking, path: str, body: Any, **how: Any) -> Came:
    how = {"key": PUBLISHER, "key_id": "bureau"} | how
    request, headers = signed(asking.place.config, path, body, **how)
    return await asking.send("POST", path, headers, request.body)


def test_the_bureau_reads_every_entry_and_holds_it_against_the_checkpoint(place: Place) -> None:
    async def read() -> dict[str, Any]:
        async with running(place) as asking:
            for n in (1, 2):
                assert (await asking.ask(question(n))).status == 200
            assert (await asking.ask(question(3, case=case(4)))).reason == "case_subject"
            for _ in range(200):
                came = (await asked(asking, "/entries", {"log": 0, "from": 0})).json
                if len(came["entries"]) == 3:
                    return dict(came)
                await asyncio.sleep(0.01)
        raise AssertionError("entries stay away")

    told = asyncio.run(read())
    entries = [base64.b64decode(entry) for entry in told["entries"]]
    checkpoint = Trust.parse([told["vkey"]]).check(Note.parse(told["note"].encode()))
    assert Edge().grown(entries)[0].root == checkpoint.root
    for entry, opened, n in zip(entries, told["cases"], (1, 2, 4), strict=True):
        leaf = Leaf.from_bytes(entry)
        assert opened["case"] == case(n)
        assert opens(leaf.sealed["case"], opened["case"], salt=bytes.fromhex(opened["salt"]))
        assert person(n) not in entry.decode()


def test_what_is_sealed_while_the_bureau_reads_does_not_make_the_log_look_rewritten(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = LogFolder.now

    async def read() -> dict[str, Any]:
        async with running(place) as asking:
            first = await asking.ask(question(1))
            await asking.proof(first.headers["receipt"])
            loop = asyncio.get_running_loop()

            async def sealed() -> None:
                await asking.proof((await asking.ask(question(2))).headers["receipt"])

            def seals_meanwhile(folder: LogFolder) -> Snapshot:
                snapshot = plain(folder)
                monkeypatch.setattr(LogFolder, "now", plain)
                asyncio.run_coroutine_threadsafe(sealed(), loop).result(20)
                return snapshot

            monkeypatch.setattr(LogFolder, "now", seals_meanwhile)
            return dict((await asked(asking, "/entries", {"log": 0, "from": 0})).json)

    told = asyncio.run(read())
    entries = [base64.b64decode(entry) for entry in told["entries"]]
    checkpoint = Trust.parse([told["vkey"]]).check(Note.parse(told["note"].encode()))
    assert (checkpoint.size, len(entries)) == (1, 1)
    assert Edge().grown(entries)[0].root == checkpoint.root


def test_a_person_is_told_each_use_with_a_proof_and_that_stands_on_record(place: Place) -> None:
    async def tell() -> tuple[dict[str, Any], dict[str, Any]]:
        async with running(place) as asking:
            given = await asking.ask(question(1))
            await asking.ask(question(2))
            await asking.proof(given.headers["receipt"])
            told = (await asked(asking, "/uses", {"person": person(1)})).json
            await asking.proof(told["receipt"])
            return told, (await asked(asking, "/uses", {"person": person(1)})).json

    told, again = asyncio.run(tell())
    (use,) = told["uses"]
    assert [use["case"], use["department"], use["grant"]] == [case(1), "housing", "G-1"]
    leaf = Leaf.from_bytes(Receipt.parse(use["proof"].encode()).entry)
    salt = bytes.fromhex(use["salts"]["person"])
    assert opens(leaf.sealed["person"], told["person"], salt=salt)
    receipts = [[each["receipt"] for each in answer["uses"]] for answer in (told, again)]
    assert receipts[0] == receipts[1], "that it was told is no use of the data"


def test_the_newest_uses_are_told_and_how_many_there_are(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shixiao.gateway.telling.MOST_USES", 2)

    async def tell() -> tuple[list[str], dict[str, Any]]:
        async with running(place) as asking:
            given = [(await asking.ask(question(1))).headers["receipt"] for _ in range(3)]
            return given, (await asked(asking, "/uses", {"person": person(1)})).json

    given, told = asyncio.run(tell())
    assert [each["receipt"] for each in told["uses"]] == sorted(given, reverse=True)[:2]
    assert told["all"] == 3
    assert len(uses_of(place.config, person(1), now=int(time.time())).uses) == 3


def test_a_damaged_record_is_a_reason_and_no_fault_of_the_server(place: Place) -> None:
    async def tell() -> list[str]:
        async with running(place) as asking:
            await asking.proof((await asking.ask(question(1))).headers["receipt"])
            with closing(connect(place.config.state)) as base:
                base.execute("UPDATE records SET sealed = zeroblob(60)")
            uses = await asked(asking, "/uses", {"person": person(1)})
            entries = await asked(asking, "/entries", {"log": 0, "from": 0})
            return [uses.reason, entries.reason]

    assert asyncio.run(tell()) == ["ledger", "ledger"]


@pytest.mark.parametrize(
    ("path", "body", "how", "reason"),
    [
        ("/uses", {"person": "P1"}, {"key_id": "housing-1"}, "key_unknown"),
        ("/uses", {"person": "P1"}, {"key": None}, "signature"),
        ("/uses", {"person": ""}, {}, "body"),
        ("/uses", {"person": ["P1"]}, {}, "body"),
        ("/uses", b"[", {}, "body"),
        ("/entries", {"log": -1, "from": 0}, {}, "body"),
        ("/entries", {"log": 0}, {}, "body"),
        ("/entries", {"log": 99, "from": 0}, {}, "no_place"),
    ],
)
def test_what_is_not_the_bureaus_or_asks_nothing_is_refused(
    place: Place, path: str, body: Any, how: dict[str, Any], reason: str
) -> None:
    if how.get("key", PUBLISHER) is None:
        how = {"key": RECIPIENT}

    async def refused() -> str:
        async with running(place) as asking:
            return (await asked(asking, path, body, **how)).reason

    assert asyncio.run(refused()) == reason


@pytest.mark.parametrize("path", ["/entries", "/uses"])
def test_what_the_bureau_asked_once_is_not_answered_again(place: Place, path: str) -> None:
    body = {"log": 0, "from": 0} if path == "/entries" else {"person": person(1)}

    async def twice() -> list[int]:
        async with running(place) as asking:
            request, headers = signed(place.config, path, body, key=PUBLISHER, key_id="bureau")
            came = [await asking.send("POST", path, headers, request.body) for _ in range(2)]
            return [each.status for each in came]

    assert asyncio.run(twice()) == [200, 409]


def test_the_persons_of_receipts_are_told_by_pseudonym_and_that_stands_on_record(
    place: Place,
) -> None:
    async def tell() -> tuple[str, dict[str, Any], list[Any]]:
        async with running(place) as asking:
            given = (await asking.ask(question(1))).headers["receipt"]
            refused = (await asking.ask(question(3, case=case(4)))).headers["receipt"]
            await asking.proof(given)
            body = {"receipts": [given, refused, given, *["0" * 32] * (AT_ONCE - 3)]}
            told = (await asked(asking, "/persons", body)).json
            proof = await asking.proof(told["receipt"])
            wrong = [
                (await asked(asking, "/persons", each)).reason
                for each in (
                    {},
                    {"receipts": "x"},
                    {"receipts": ["A" * 32]},
                    {"receipts": ["0" * 32] * (AT_ONCE + 1)},
                )
            ]
            other = await asked(asking, "/persons", body, key=RECIPIENT, key_id="housing-1")
            assert Leaf.from_bytes(Receipt.parse(proof).entry).event == "exchange.listed"
            return given, told, [*wrong, other.status]

    given, told, wrong = asyncio.run(tell())
    (only,) = told["persons"]
    assert only["receipt"] == given
    assert only["persons"] == [gateway_keys(place.config).pseudonym(person(1)).hex()]
    assert person(1) not in str(told)
    assert wrong == ["body"] * 4 + [401]
