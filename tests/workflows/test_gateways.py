"""What gateways' logs say is proven before it counts, and a person is told who used the data."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone

from shixiao.gateway.client import Client
from shixiao.ledger import Checkpoint, Note, PrivateKey
from shixiao.ledger.growth import Edge
from shixiao.records.models import (
    Exchange,
    Gateway,
    GatewayLog,
    Identity,
    LeafRow,
    Notice,
)
from shixiao.seals import canonical_json
from shixiao.terms import BadInput, Unavailable
from shixiao.workflows import identities
from shixiao.workflows.gateways import figures, keeping, persons, reading
from shixiao.workflows.grants import keeping as grants
from shixiao.workflows.grants import publishing
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from tests.cast import NOW, Cast
from tests.dealing import PROVIDER, Deal, dealing
from tests.exchanging import (
    ADDRESS,
    HE,
    LIN,
    RECIPIENT,
    Exchanging,
    exchanging,
    granted,
    register,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal(cast: Cast, place: Path) -> Deal:
    return dealing(cast)


@pytest.fixture
def running(deal: Deal, tmp_path: Path) -> Iterator[Exchanging]:
    with exchanging(deal, granted(deal), tmp_path / "gateway") as asked:
        yield asked


def read(asked: Exchanging, gateway: Gateway, *, least: int) -> int:
    """Read until so many entries are proven; the gateway seals its log a moment later."""
    for _ in range(200):
        reading.read(gateway, now=timezone.now(), client=asked.bureau(gateway))
        if reading.proven().count() >= least:
            return reading.proven().count()
        time.sleep(0.02)
    raise AssertionError("entries stay away")


def refusal(asked: Exchanging, person: str, case: str) -> str:
    """Return the code of the refusal; "" where data were given."""
    try:
        asked.ask(person, case)
    except BadInput as why:
        return why.text.en.partition("(")[2].partition(")")[0]
    return ""


def refused(asked: Exchanging, person: str, case: str) -> None:
    with pytest.raises(BadInput):
        asked.ask(person, case)


def test_exchanges_are_read_proven_and_counted_under_their_grant(
    deal: Deal, running: Exchanging
) -> None:
    gateway = register(deal)
    assert json.loads(running.ask(LIN, "GZF-1"))["records"][0]["name"] == "林一"
    running.ask(LIN, "GZF-1")
    refused(running, LIN, "GZF-2")
    assert read(running, gateway, least=3) == 3
    counted = figures.figures_of(running.grant.totals.all(), now=timezone.now())
    assert (counted.given, counted.records, counted.cases, counted.refused) == (2, 2, 1, 1)
    assert (counted.browsing, counted.alarm) == (1, False)
    assert {row.case for row in Exchange.objects.all()} == {"GZF-1", "GZF-2"}
    gateway.refresh_from_db()
    assert (gateway.fault, gateway.heard is not None) == ("", True)
    anchored = LeafRow.objects.filter(event="log.anchored", subject=gateway.code)
    assert anchored.exists()
    assert reading.read(gateway, now=timezone.now(), client=running.bureau(gateway)) == 0


def test_who_asks_without_a_fitting_case_is_told_of_once_a_day(
    deal: Deal, running: Exchanging
) -> None:
    gateway = register(deal)
    for case in ("GZF-2", "none", "GZF-2"):
        refused(running, LIN, case)
    read(running, gateway, least=3)
    now = timezone.now()
    assert figures.alarm(now=now) == 1
    assert figures.alarm(now=now) == 0
    told = Notice.objects.filter(kind=figures.ALARM)
    assert {notice.account.login for notice in told} == {PROVIDER}
    grants.suspend(running.grant, deal.act(PROVIDER, running.grant), misuse="没有办件")
    publishing.publish(timezone.now())
    for _ in range(200):
        code = refusal(running, LIN, "GZF-1")
        if code:
            assert code in {"no_grant", "key_unknown"}
            return
        time.sleep(0.02)
    raise AssertionError("the suspension takes no effect")


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told["entries"].reverse(),
        lambda told: told["entries"].pop(),
        lambda told: told.update(note=told["note"].replace("data.test", "data.text")),
        lambda told: told["cases"][0].update(case="other"),
        lambda told: told.update(cases=[None] * len(told["cases"])),
        lambda told: told.update({"from": 1}),
        lambda told: told["entries"].__setitem__(0, "bm9uZQ=="),
    ],
    ids=["re-ordered", "cut short", "other note", "other case", "no case", "shifted", "no leaf"],
)
def test_a_log_that_does_not_fit_its_checkpoint_counts_for_nothing_and_auditors_are_told(
    deal: Deal, running: Exchanging, monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], None]
) -> None:
    gateway = register(deal)
    running.ask(LIN, "GZF-1")
    running.ask(HE, "GZF-2")
    _wait(running, gateway, 2)
    plain = Client.entries

    def changed(self: Client, log: int, start: int) -> dict[str, Any]:
        told = plain(self, log, start)
        change(told)
        return told

    monkeypatch.setattr(Client, "entries", changed)
    reading.read(gateway, now=timezone.now(), client=running.bureau(gateway))
    gateway.refresh_from_db()
    assert gateway.fault == reading.DIVERGED
    assert not reading.proven().exists()
    assert Notice.objects.filter(kind="gateway.diverged", account__login="jiang").exists()
    assert LeafRow.objects.filter(event="gateway.diverged").exists()
    monkeypatch.undo()
    reading.read(gateway, now=timezone.now(), client=running.bureau(gateway))
    assert not reading.proven().exists(), "a diverged log is read no further"


SAID = {"department": "housing", "dataset": "D", "mode": "lookup", "purpose": "P", "grant": "G"}


def written(subject: str = "0" * 32, **facts: object) -> bytes:
    """Write an entry as no gateway of ours would."""
    told = SAID | {"records": 1, "fields": ["name"]} | facts
    leaf = {
        "at": "2026-05-01T00:00:00Z",
        "event": "exchange.done",
        "facts": told,
        "sealed": {},
        "subject": subject,
        "v": 1,
    }
    return canonical_json(leaf)


def a_gateway_that_says(gateway: Gateway, *entries: bytes, origins: tuple[str, ...]) -> Client:
    """Return a client whose gateway signs whatever entries it is given."""
    key = PrivateKey("data.test/gw1/w0", bytes(range(32)))
    edge = Edge().grown(entries)[0]
    text = Checkpoint(key.name, edge.size, edge.root).text
    note = Note(text, (key.sign(text),)).to_bytes().decode()
    told = {
        "vkey": key.log_key.vkey,
        "note": note,
        "from": 0,
        "entries": [base64.b64encode(entry).decode() for entry in entries],
        "cases": [None] * len(entries),
    }
    logs = {"checkpoints": [{"origin": origin} for origin in origins]}

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=logs if request.method == "GET" else told)

    return keeping.client_of(gateway, transport=httpx.MockTransport(answer))


@pytest.mark.parametrize(
    "entries",
    [
        [written(subject="no receipt")],
        [written(records="many")],
        [written(records=1 << 70)],
        [written(fields="name")],
        [written(fields=[1])],
        [written(purpose="\x00")],
        [written(purpose=["P"])],
        [written(), written()],
    ],
)
def test_a_gateway_that_signs_nonsense_has_diverged_and_stops_nobody_else(
    deal: Deal, entries: list[bytes]
) -> None:
    gateway = register(deal)
    client = a_gateway_that_says(gateway, *entries, origins=("data.test/gw1/w0",))
    assert reading.read(gateway, now=NOW, client=client) == 0
    gateway.refresh_from_db()
    assert (gateway.fault, Exchange.objects.count()) == (reading.DIVERGED, 0)


def test_a_receipt_counts_once_among_all_gateways(deal: Deal) -> None:
    one = register(deal)
    other = keeping.register(
        deal.item.department, "https://other.health.test", actor=deal.actor("li"), at=deal.at
    )
    for gateway, came, fault in ((one, 1, ""), (other, 0, reading.DIVERGED)):
        client = a_gateway_that_says(gateway, written(), origins=("data.test/gw1/w0",))
        assert reading.read(gateway, now=NOW, client=client) == came
        gateway.refresh_from_db()
        assert gateway.fault == fault
    assert Exchange.objects.get().log.gateway == one


def test_a_log_that_is_no_longer_there_has_diverged(deal: Deal) -> None:
    gateway = register(deal)
    client = a_gateway_that_says(gateway, written(), origins=("data.test/gw1/w0",))
    assert reading.read(gateway, now=NOW, client=client) == 1
    silent = a_gateway_that_says(gateway, origins=())
    assert reading.read(gateway, now=NOW, client=silent) == 0
    gateway.refresh_from_db()
    assert gateway.fault == reading.DIVERGED


@pytest.mark.parametrize("number", ["-1", "1000", "9" * 30])
def test_a_number_that_no_worker_has_is_no_answer(deal: Deal, number: str) -> None:
    gateway = register(deal)
    client = a_gateway_that_says(gateway, written(), origins=(f"data.test/gw1/w{number}",))
    assert reading.read(gateway, now=NOW, client=client) == 0
    gateway.refresh_from_db()
    assert (gateway.fault, GatewayLog.objects.count()) == (reading.UNREACHED, 0)


def _wait(running: Exchanging, gateway: Gateway, size: int) -> None:
    client = running.bureau(gateway)
    for _ in range(200):
        if sum(each["size"] for each in client.checkpoints()) >= size:
            return
        time.sleep(0.02)
    raise AssertionError("the log does not grow")


def test_a_log_signed_by_another_key_has_diverged(deal: Deal, running: Exchanging) -> None:
    gateway = register(deal)
    running.ask(LIN, "GZF-1")
    read(running, gateway, least=1)
    GatewayLog.objects.update(vkey=another_key())
    running.ask(LIN, "GZF-1")
    _wait(running, gateway, 2)
    reading.read(gateway, now=timezone.now(), client=running.bureau(gateway))
    gateway.refresh_from_db()
    assert gateway.fault == reading.DIVERGED
    assert reading.proven().count() == 1


def another_key() -> str:
    return PrivateKey("data.test/gw1/w0", bytes(range(32))).log_key.vkey


def test_a_gateway_that_does_not_answer_is_named_and_nothing_is_lost(deal: Deal) -> None:
    gateway = register(deal)

    def down(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    client = keeping.client_of(gateway, transport=httpx.MockTransport(down))
    assert reading.read(gateway, now=timezone.now(), client=client) == 0
    gateway.refresh_from_db()
    assert (gateway.fault, gateway.heard) == (reading.UNREACHED, None)


@pytest.mark.parametrize(
    "content", [b"rubbish", b"[]", b'{"checkpoints": 1}', b'{"checkpoints": [{"origin": 3}]}']
)
def test_rubbish_is_no_answer(deal: Deal, content: bytes) -> None:
    gateway = register(deal)
    rubbish = httpx.MockTransport(lambda _: httpx.Response(200, content=content))
    client = keeping.client_of(gateway, transport=rubbish)
    reading.read(gateway, now=timezone.now(), client=client)
    gateway.refresh_from_db()
    assert gateway.fault == reading.UNREACHED


def test_a_person_is_told_who_used_the_data_and_nobody_elses(
    deal: Deal, running: Exchanging
) -> None:
    gateway = register(deal)
    running.ask(LIN, "GZF-1")
    running.ask(HE, "GZF-2")
    read(running, gateway, least=2)
    account = deal.cast.accounts["han"]
    with pytest.raises(Incomplete):
        persons.uses_of(account, client=running.bureau)
    identities.prove(account, LIN.lower(), actor=deal.cast.actor("shen"), at=NOW)
    told = persons.uses_of(account, client=running.bureau)
    assert [(use.case, use.fields, use.proven) for use in told.uses] == [
        ("GZF-1", ("公民身份号码", "姓名"), True)
    ]
    use = told.uses[0]
    assert (use.department.zh, use.purpose, use.grant) == ("住房局", "核对户籍", running.grant)
    assert (told.silent, told.asked, len(told.remarks)) == ((), 1, 1)
    proof = persons.proof_of(gateway, use.receipt, client=running.bureau(gateway))
    assert proof is not None
    assert proof.startswith(b"c2sp.org/tlog-proof")


LIES: list[dict[str, Any]] = [
    {"department": "other"},
    {"purpose": "other"},
    {"mode": "batch"},
    {"fields": []},
    {"case": "other"},
    {"at": "2020-01-01T00:00:00+00:00"},
    {"at": "2020-01-01T00:00:00"},
    {"proof": "rubbish"},
    {"proof": None},
]


def test_a_gateway_that_says_something_else_than_its_proof_is_not_believed(
    deal: Deal, running: Exchanging, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = register(deal)
    running.ask(LIN, "GZF-1")
    read(running, gateway, least=1)
    account = deal.cast.accounts["han"]
    identities.prove(account, LIN, actor=deal.cast.actor("shen"), at=NOW)
    plain = Client.uses

    def changed(self: Client, person: str) -> dict[str, Any]:
        told = plain(self, person)
        (use,) = told["uses"]
        return told | {"uses": [use, *(use | lie for lie in LIES)], "all": 99}

    monkeypatch.setattr(Client, "uses", changed)
    told = persons.uses_of(account, client=running.bureau)
    assert sum(use.proven for use in told.uses) == 1
    assert sum(use.pending for use in told.uses) == 1
    assert len(told.uses) == 1 + len(LIES)
    assert [remark.en for remark in told.remarks if f"newest {1 + len(LIES)}" in remark.en]


def test_an_answer_that_comes_in_drops_is_no_answer(deal: Deal) -> None:
    def drops() -> Iterator[bytes]:
        for _ in range(9):
            time.sleep(0.02)
            yield b" "

    slow = httpx.MockTransport(
        lambda _: httpx.Response(200, headers={"Content-Length": "9"}, content=drops())
    )
    client = Client(ADDRESS, RECIPIENT, "bureau", transport=slow, patience=0.05)
    with pytest.raises(Unavailable):
        client.checkpoints()


def test_a_gateway_that_is_down_is_named_to_the_person(deal: Deal) -> None:
    register(deal)
    account = deal.cast.accounts["han"]
    identities.prove(account, LIN, actor=deal.cast.actor("shen"), at=NOW)

    def down(gateway: Gateway) -> Client:
        gone = httpx.MockTransport(lambda _: httpx.Response(503, content=b"{}"))
        return keeping.client_of(gateway, transport=gone)

    told = persons.uses_of(account, client=down)
    assert [name.zh for name in told.silent] == ["卫生健康局"]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "data.example.cn",
        "http://data.example.cn",
        "https://u:p@data.example.cn",
        "https://data.example.cn/path",
        "https://data.example.cn:99999",
        "ftp://data.example.cn",
        "https://" + "a" * 200,
    ],
)
def test_what_is_no_address_of_a_gateway_is_refused(deal: Deal, address: str) -> None:
    with pytest.raises(Incomplete) as why:
        keeping.register(deal.item.department, address, actor=deal.actor("li"), at=NOW)
    assert why.value.field == "address"
    assert not Gateway.objects.exists()


def test_a_gateway_is_registered_once_by_the_bureau_and_ended_once(deal: Deal) -> None:
    with pytest.raises(Forbidden):
        keeping.register(deal.item.department, ADDRESS, actor=deal.actor("zhou"), at=NOW)
    gateway = register(deal)
    with pytest.raises(Incomplete):
        keeping.register(deal.item.department, f"{ADDRESS}/", actor=deal.actor("li"), at=NOW)
    keeping.end(gateway, reason="迁移到新的地址", actor=deal.actor("li"), at=NOW)
    with pytest.raises(Stale):
        keeping.end(gateway, reason="再次", actor=deal.actor("li"), at=NOW)
    assert reading.read_all(now=NOW) == 0


@pytest.mark.parametrize(
    "number", ["", "12", "110101199003070291", "一二三四五", "A" * 41, "a b;c"]
)
def test_what_is_no_number_of_a_document_is_refused(cast: Cast, place: Path, number: str) -> None:
    with pytest.raises(Incomplete):
        identities.prove(cast.accounts["han"], number, actor=cast.actor("shen"), at=NOW)
    assert not Identity.objects.exists()


def test_a_number_stands_for_one_account_and_stays(cast: Cast, place: Path) -> None:
    shen, han = cast.actor("shen"), cast.accounts["han"]
    first = identities.prove(han, LIN, actor=shen, at=NOW)
    assert identities.prove_by_sign_on(han, LIN, at=NOW) == first
    for account, number in ((han, HE), (cast.accounts["wu"], LIN)):
        with pytest.raises(Incomplete):
            identities.prove(account, number, actor=shen, at=NOW)
    for who in ("han", "li"):
        with pytest.raises(Forbidden):
            identities.prove(cast.accounts["wu"], HE, actor=cast.actor(who), at=NOW)
    with pytest.raises(Incomplete):
        identities.prove(cast.accounts["shen"], HE, actor=shen, at=NOW)
    (leaf,) = LeafRow.objects.filter(event="account.identified")
    assert LIN.encode() not in bytes(leaf.entry)
