"""Exchanges: what is granted is had, with its receipt; all else is refused, with the reason."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bars.gateways import GRANT, GRANTS, PUBLISHER, SECRET, Place, case, person, question, signed
from shixiao.gateway.logs import log_folder, log_key
from shixiao.gateway.receipts import as_leaf, salt_of
from shixiao.gateway.records import browsing, exchanges, uses_of
from shixiao.ledger import Receipt, Trust, opens, verify_log, verify_receipt
from shixiao.seals import SigningKey
from shixiao.sharing.admission import Admission, Status
from shixiao.sharing.grants import Key
from tests.gateway.cast import Asking, running


def test_a_look_up_gives_the_granted_fields_masked_and_a_receipt_that_holds(place: Place) -> None:
    async def story() -> None:
        async with running(place) as at:
            came = await at.ask(question(7))
            assert came.status == 200
            assert came.json["records"] == [{"name": "王*", "address": "东路(7号)", "born": "1990"}]
            proof = await at.proof(came.json["receipt"])
        trust = Trust((log_key(place.config, 0).log_key,))
        assert verify_receipt(proof, trust, file="r").valid
        leaf = as_leaf(Receipt.parse(proof).entry or b"")
        assert (leaf.event, leaf.facts["grant"], leaf.facts["records"]) == (
            "exchange.done",
            "G-1",
            1,
        )
        assert person(7).encode() not in proof
        assert case(7).encode() not in proof
        assert verify_log(log_folder(place.config, 0), trust).valid

    asyncio.run(story())


REFUSED: list[tuple[Any, dict[str, Any], str]] = [
    (question(1, case="nothing"), {}, "case_unknown"),
    (question(1, case="closed"), {}, "case_closed"),
    (question(1, case="other"), {}, "case_type"),
    (question(1, case=case(2)), {}, "case_subject"),
    (question(1, case="census"), {}, "case_type"),
    (question(1, purpose="marketing"), {}, "no_grant"),
    (question(1, key="' OR 1=1 --"), {}, "case_subject"),
    (question(1, key=""), {}, "body"),
    (question(1, key=None), {}, "body"),
    (question(1, fields=["secret"]), {}, "body"),
    (b"[]", {}, "body"),
    (b"\xff", {}, "body"),
    (b"[" * 5_000, {}, "body"),
    (question(1), {"nonce": "short"}, "unsigned"),
    (question(1), {"now": time.time() - 3_600}, "time"),
    (question(1), {"now": time.time() + 3_600}, "time"),
    (question(1), {"valid": 100_000}, "time"),
    (question(1), {"key_id": "nobody"}, "key_unknown"),
    (question(1), {"key": SigningKey(bytes(32))}, "signature"),
    (b" " * 20_000, {}, "too_large"),
]
NOBODY = {"unsigned", "time", "key_unknown", "signature", "too_large"}


def test_what_is_not_granted_is_refused_with_the_reason(place: Place) -> None:
    async def story() -> None:
        async with running(place) as at:
            for body, how, reason in REFUSED:
                came = await at.ask(body, **how)
                assert came.reason == reason
                assert 400 <= came.status < 500
                assert came.json["text"]["zh"]
                assert (came.json["receipt"] is None) == (reason in NOBODY)

    asyncio.run(story())


def test_who_names_anothers_system_as_its_own_gets_nothing_of_its_grants(place: Place) -> None:
    thief = SigningKey(bytes(range(32)))
    own = replace(
        GRANTS[0],
        id="G-T",
        recipient="thief",
        purpose="other",
        keys=(Key("thief-1", "ed25519", thief.public.base64),),
    )
    place.grant(*GRANTS, own)

    async def story() -> None:
        async with running(place) as at:
            assert (await at.ask(question(1))).status == 200
            came = await at.ask(question(1), key=thief, key_id="thief-1")
            assert came.reason == "no_grant"
            came = await at.ask(question(1, purpose="other"), key=thief, key_id="thief-1")
            assert came.status == 200
            assert (await at.ask(question(1, purpose="other"))).reason == "no_grant"

    asyncio.run(story())


def test_a_request_that_was_used_is_refused_also_after_a_restart(place: Place) -> None:
    async def story() -> None:
        nonce = "n" * 20
        now = time.time()
        async with running(place) as at:
            both = await asyncio.gather(
                at.ask(question(1), nonce=nonce, now=now), at.ask(question(1), nonce=nonce, now=now)
            )
            assert sorted(came.status for came in both) == [200, 409]
        async with running(place) as at:
            came = await at.ask(question(1), nonce=nonce, now=now)
            assert came.reason == "replay"
            assert came.json["receipt"]

    asyncio.run(story())


def test_a_clock_that_is_put_back_makes_no_used_request_valid_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shixiao.gateway.committing.PRUNE_EVERY", 1)
    monkeypatch.setattr("shixiao.gateway.committing.PRUNED_AFTER", -3_600)  # as if an hour on

    async def story() -> None:
        nonce, now = "n" * 20, time.time()
        for _ in range(2):
            async with running(place) as at:
                once = await at.ask(question(1), nonce=nonce, now=now)
                again = await at.ask(question(1), nonce=nonce, now=now)
                other = await at.ask(question(1), nonce="o" * 20, now=now)
                assert again.reason == other.reason == "replay"
        assert once.reason == "replay"

    asyncio.run(story())


def test_a_length_that_is_no_number_of_bytes_is_refused(place: Place) -> None:
    async def story() -> None:
        async with running(place) as at:
            for length in ("9" * 5_000, "-1", "1e3", "²"):
                came = await at.send("POST", "/x/people", {"Content-Length": length})
                assert came.reason == "too_large"

    asyncio.run(story())


def test_what_was_signed_cannot_be_changed(place: Place) -> None:
    async def story() -> None:
        async with running(place) as at:
            asked, headers = signed(place.config, "/x/people", question(1))
            changed = asked.body.replace(b"P00000001", b"P00000002")
            assert (await at.send("POST", "/x/people", headers, changed)).reason == "digest"
            came = await at.send("POST", "/x/people/verify", headers, asked.body)
            assert came.reason == "signature"
            came = await at.send("POST", "/x/people", headers, asked.body, "a=1")
            assert came.reason == "signature"
            bare = {k: v for k, v in headers.items() if k != "Content-Digest"}
            assert (await at.send("POST", "/x/people", bare, asked.body)).reason == "digest"

    asyncio.run(story())


def test_a_revoked_grant_is_refused_in_less_than_a_second(place: Place) -> None:
    async def story() -> None:
        async with running(place) as at:
            assert (await at.ask(question(1))).status == 200
            place.grant(*GRANTS[1:])
            await asyncio.sleep(0.6)
            assert (await at.ask(question(1))).reason == "no_grant"

    asyncio.run(story())


@pytest.mark.parametrize("how", ["old", "forged", "back", "gone"])
def test_an_index_that_cannot_be_obeyed_closes_the_gateway(place: Place, how: str) -> None:
    async def story() -> None:
        async with running(place) as at:
            if how == "gone":
                (place.folder / "grants.json").unlink()
            else:
                place.version = 0 if how == "back" else place.version
                key = SigningKey(bytes(32)) if how == "forged" else PUBLISHER
                issued = datetime.now(UTC) - timedelta(days=2 if how == "old" else 0)
                place.grant(*GRANTS, issued=issued, key=key)
            await asyncio.sleep(0.45)
            came = await at.ask(question(1))
            assert (came.status, came.reason) == (503, "grants_closed")
            assert not (await at.send("GET", "/health")).json["ok"]

    place.grant(*GRANTS)
    asyncio.run(story())


def test_times_admission_and_rate_of_a_grant_bind(place: Place) -> None:
    async def story() -> None:
        async with running(place) as at:
            for changes, reason in [
                ({"starts": date(2119, 1, 1), "reassess_on": date(2120, 1, 1)}, "not_yet"),
                ({"ends": date(2021, 1, 1), "reassess_on": date(2020, 6, 1)}, "expired"),
                ({"rate": 1, "burst": 1}, "rate"),
            ]:
                place.grant(replace(GRANT, **changes))
                await asyncio.sleep(0.45)
                await at.ask(question(1))
                assert (await at.ask(question(1))).reason == reason
            place.grant(*GRANTS)
            for system in ("housing_desk", "register"):
                place.admit(**{system: Admission(Status.SUSPENDED)})
                await asyncio.sleep(0.45)
                reason = "caller" if system == "housing_desk" else "source"
                came = await at.ask(question(2))
                assert came.reason == f"{reason}_not_admitted"
                assert came.json["receipt"]

    asyncio.run(story())


def test_verification_says_yes_or_no_and_ends_guessing(place: Place) -> None:
    async def story() -> None:
        async with running(place) as at:
            values = {"name": "王3", "income": "9"}
            came = await at.ask(question(3, values=values), "/verify")
            assert came.json["matches"] == {"name": True, "income": False}
            assert came.json.keys() == {"receipt", "grant", "matches"}
            came = await at.ask(question(3, values={"secret": SECRET}), "/verify")
            assert came.reason == "field_unknown"
            many = [at.ask(question(3, values={"income": str(n)}), "/verify") for n in range(9)]
            reasons = [came.reason for came in await asyncio.gather(*many)]
            assert reasons.count("") == 3  # five in all, of which two were asked before

    asyncio.run(story())


def test_guesses_of_one_moment_are_counted_over_all_workers(place: Place) -> None:
    async def story() -> None:
        async with running(place) as one, running(place) as other:
            many = [
                at.ask(question(3, values={"income": str(n)}), "/verify")
                for n in range(6)
                for at in (one, other)
            ]
            reasons = [came.reason for came in await asyncio.gather(*many)]
        assert reasons.count("") == place.config.limits.attempts
        assert reasons.count("guessing") == 12 - place.config.limits.attempts

    asyncio.run(story())


def test_a_batch_goes_on_where_it_stopped_and_names_no_key(place: Place) -> None:
    async def story() -> None:
        async with running(place) as at:
            body: dict[str, Any] = {"purpose": "rent-aid", "case": "census"}
            first = await at.ask(body, "/batch")
            assert first.status == 200
            rest = await at.ask(body | {"cursor": first.headers["next-cursor"]}, "/batch")
            rows = first.body.decode().splitlines()[1:] + rest.body.decode().splitlines()[1:]
            assert len(rows) == 300
            assert "next-cursor" not in rest.headers
            assert SECRET not in first.body.decode()
            assert person(1) not in first.body.decode()
            assert (await at.ask(body | {"cursor": "00"}, "/batch")).reason == "cursor"
            parquet = await at.ask(body | {"format": "parquet", "rows": 5}, "/batch")
            assert parquet.body[:4] == b"PAR1"
            assert (await at.ask(body | {"case": case(1)}, "/batch")).reason == "case_type"

    asyncio.run(story())


def test_guesses_of_one_commit_count_together_whatever_second_each_came_in(
    place: Place, monkeypatch
) -> None:
    seconds = itertools.count(int(time.time()))
    clock = SimpleNamespace(time=lambda: next(seconds), monotonic=time.monotonic)

    async def story() -> None:
        async with running(place) as at:
            monkeypatch.setattr("shixiao.gateway.exchange.time", clock)
            many = [at.ask(question(3, values={"income": str(n)}), "/verify") for n in range(9)]
            reasons = [came.reason for came in await asyncio.gather(*many)]
            assert reasons.count("") == place.config.limits.attempts

    asyncio.run(story())


def test_a_field_that_left_the_schema_is_refused_and_not_given_as_text(place: Place) -> None:
    with closing(sqlite3.connect(place.folder / "people.sqlite3")) as base:
        base.execute("ALTER TABLE people DROP COLUMN address")
    came = asyncio.run(_once(place, question(1)))
    assert (came.status, came.reason) == (409, "field_gone")


def test_where_the_ledger_cannot_be_written_nothing_leaves(place: Place, monkeypatch) -> None:
    from shixiao.gateway.committing import Committer

    def full(self: Committer, group: Any) -> Any:
        raise sqlite3.OperationalError("database or disk is full")

    async def story() -> None:
        async with running(place) as at:
            with monkeypatch.context() as broken:
                broken.setattr(Committer, "_write", full)
                came = await at.ask(question(1))
                assert (came.status, came.reason) == (503, "ledger")
                assert "王".encode() not in came.body
            assert (await at.ask(question(1))).status == 200

    asyncio.run(story())


def test_a_person_sees_each_use_with_proof_and_no_other_person(place: Place) -> None:
    async def story() -> None:
        async with running(place) as at:
            for number in (1, 2, 1):
                assert (await at.ask(question(number))).status == 200
            await at.ask(question(1, case=case(2)))

    asyncio.run(story())
    told = uses_of(place.config, person(1), now=int(time.time()))
    assert [use.case for use in told.uses] == [case(1), case(1)]
    assert "not listed until" in told.remark.en
    for use in told.uses:
        leaf = as_leaf(Receipt.parse(use.proof or b"").entry or b"")
        salt = salt_of(bytes.fromhex(use.salt), "case")
        assert opens(leaf.sealed["case"], use.case, salt=salt)
    rows = list(exchanges(place.config))
    assert [row["ok"] for row in rows] == [1, 1, 1, 0]
    assert browsing(place.config, since=0) == [("housing", "case_subject", 1)]


def test_a_use_that_the_law_lets_wait_appears_later(place: Place) -> None:
    with closing(sqlite3.connect(place.folder / "cases.sqlite3")) as base, base:
        base.execute("INSERT INTO cases VALUES ('I1', 'inquiry', ?, NULL)", (person(1),))
    place.grant(replace(GRANT, case_types=("inquiry",)))
    assert asyncio.run(_once(place, question(1, case="I1"))).status == 200
    now = int(time.time())
    assert uses_of(place.config, person(1), now=now).uses == ()
    assert len(uses_of(place.config, person(1), now=now + 91 * 86_400).uses) == 1


def test_pages_are_there_and_nothing_else(place: Place) -> None:
    async def story() -> None:
        async with running(place) as at:
            await at.ask(question(1))
            assert (await at.send("GET", "/openapi.json")).json["openapi"] == "3.1.0"
            assert b'outcome="ok"' in (await at.send("GET", "/metrics")).body
            assert (await at.send("GET", "/health")).json["ok"]
            found = (await at.send("GET", "/checkpoints")).json["checkpoints"]
            assert [each["origin"] for each in found] == ["data.test/gw1/w0"]
            assert (await at.send("GET", "/")).reason == "no_place"
            assert (await at.send("POST", "/health")).reason == "method"
            assert (await at.send("GET", "/x/people")).reason == "method"
            assert (await at.send("GET", f"/receipts/{'0' * 32}")).status == 404

    asyncio.run(story())


def test_a_value_that_json_cannot_say_is_a_fault_of_the_source(place: Place) -> None:
    with closing(sqlite3.connect(place.folder / "people.sqlite3")) as base, base:
        base.execute("UPDATE people SET address = 9e999")
    came = asyncio.run(_once(place, question(1)))
    assert (came.status, came.reason) == (502, "source_down")


def test_an_unknown_dataset_is_refused_with_a_receipt(place: Place) -> None:
    async def story() -> None:
        async with running(place) as at:
            asked, headers = signed(place.config, "/x/others", question(1))
            came = await at.send("POST", "/x/others", headers, asked.body)
            assert (came.status, came.reason) == (404, "dataset")
            assert as_leaf(Receipt.parse(await at.proof(came.json["receipt"])).entry or b"")

    asyncio.run(story())


async def _once(place: Place, body: Any, **how: Any) -> Any:
    async with running(place) as at:
        return await Asking.ask(at, body, **how)


@pytest.mark.parametrize("kind", ["TEXT", "INTEGER"])
def test_no_row_is_lost_between_chunks_where_keys_come_several_times(
    place: Place, kind: str
) -> None:
    with closing(sqlite3.connect(place.folder / "people.sqlite3")) as base, base:
        base.execute("DROP TABLE people")
        base.execute(f"CREATE TABLE people (id_number {kind}, address, income, region, secret)")
        base.execute("CREATE INDEX i ON people (id_number)")
        rows = [(100 + n // 3, f"{n}", "1", "r", "s") for n in range(20)]
        base.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?)", rows)

    async def story() -> None:
        async with running(place) as at:
            body: dict[str, Any] = {"purpose": "rent-aid", "case": "census", "rows": 4}
            came, seen = await at.ask(body, "/batch"), []
            while True:
                seen += came.body.decode().splitlines()[1:]
                cursor = came.headers.get("next-cursor")
                if cursor is None:
                    break
                came = await at.ask(body | {"cursor": cursor}, "/batch")
            assert [line.split(",")[0] for line in seen] == [str(n) for n in range(20)]
            assert (await at.ask(body | {"rows": 2}, "/batch")).reason == "rows"

    asyncio.run(story())
