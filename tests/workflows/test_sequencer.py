"""The ledger beside the records: no leaf without its act, and none lost in any crash."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import transaction

from shixiao.ledger import Malformed, Trust, verify_log, verify_receipt
from shixiao.ledger.store import LogWriter
from shixiao.records.models import LeafRow, LogHead
from shixiao.terms import Unavailable
from shixiao.workflows import sequencer as sequencing
from shixiao.workflows.leaves import put
from shixiao.workflows.log import head, log_folder, log_path, private_key
from shixiao.workflows.receipts import find_receipt, proof_of
from shixiao.workflows.refusals import Missing
from shixiao.workflows.sequencer import sequencer
from tests.cast import NOW

pytestmark = pytest.mark.django_db
FACTS = {"sha256": "a" * 64, "department": "D1", "rows": 1}


class Crash(BaseException):
    """The process is gone."""


def leaves(n: int) -> list[LeafRow]:
    with transaction.atomic():
        return [put("evidence.received", f"E{i}", at=NOW, facts=FACTS) for i in range(n)]


def integrate_all() -> None:
    with sequencer() as opened:
        while opened.integrate():
            pass


def check_whole() -> None:
    """The tree holds the rows in the order of their numbers, and the checkpoint proves it."""
    answer = verify_log(log_path(), Trust((private_key().log_key,), ()))
    assert answer.valid, answer.faults
    present = log_folder().now()
    rows = LeafRow.objects.filter(position__isnull=False).order_by("position")
    assert [row.position for row in rows] == list(range(present.checkpoint.size))
    assert all(present.entry(row.position) == bytes(row.entry) for row in rows)
    assert head() == present.checkpoint


def test_a_leaf_belongs_to_a_transaction(place: Path, transactional_db: None) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        put("evidence.received", "E", at=NOW, facts=FACTS)


def test_what_is_rolled_back_leaves_no_leaf(place: Path) -> None:
    class Trouble(Exception):
        pass

    @transaction.atomic
    def act() -> None:
        put("evidence.received", "E", at=NOW, facts=FACTS)
        raise Trouble

    with pytest.raises(Trouble):
        act()
    assert not LeafRow.objects.exists()


def test_a_receipt_is_pending_until_it_is_proven(place: Path) -> None:
    (row,) = leaves(1)
    assert proof_of(row).receipt is None
    integrate_all()
    proof = find_receipt(row.code.lower().replace("-", " "))
    assert proof.receipt is not None
    trust = Trust((private_key().log_key,), ())
    answer = verify_receipt(proof.receipt.to_bytes(), trust, file="receipt")
    assert answer.valid
    assert answer.entry == bytes(row.entry)


@pytest.mark.parametrize("typed", ["", "K7Q2", "AAAA-AAAA-B", "….…"])
def test_a_mistyped_receipt_number_is_told(place: Path, typed: str) -> None:
    with pytest.raises(Missing, match="receipt of this number"):
        find_receipt(typed)


def test_a_log_begins_by_saying_so_and_grows_in_batches(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sequencing, "BATCH", 7)
    leaves(20)
    LeafRow.objects.filter(
        subject__in=["E3", "E11"]
    ).delete()  # numbers have gaps, as after a rollback
    integrate_all()
    check_whole()
    assert LeafRow.objects.get(event="log.started").position == 0
    leaves(300)
    integrate_all()
    check_whole()
    assert log_folder().now().checkpoint.size == 319


CRASHES = {
    "before the tree grows": (LogWriter, "append", "before"),
    "after the tree grew": (LogWriter, "append", "after"),
    "before the records learn of it": (sequencing, "_learn", "before"),
}


@pytest.mark.parametrize("name", CRASHES)
def test_a_crash_between_two_steps_loses_and_repeats_nothing(
    place: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    leaves(5)
    integrate_all()
    leaves(5)
    owner, attribute, when = CRASHES[name]
    real = getattr(owner, attribute)

    def crash(*given: object, **named: object) -> object:
        if when == "after":
            real(*given, **named)
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(owner, attribute, crash)
        with pytest.raises(Crash):
            integrate_all()
    leaves(5)
    integrate_all()
    check_whole()
    assert LeafRow.objects.filter(position__isnull=True).count() == 0
    assert log_folder().now().checkpoint.size == 16


def test_a_log_that_dies_while_it_starts_begins_once(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaves(2)

    def crash(*given: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(sequencing, "_number", crash)
        with pytest.raises(Crash):
            integrate_all()
    integrate_all()
    check_whole()
    events = LeafRow.objects.order_by("position").values_list("event", flat=True)
    assert list(events) == ["log.started", "evidence.received", "evidence.received"]


def test_records_that_were_put_back_are_noticed(place: Path) -> None:
    leaves(5)
    integrate_all()
    LeafRow.objects.filter(position=5).delete()
    LogHead.objects.update(size=4, root=_root(4))
    with pytest.raises(Unavailable, match="differ"):
        integrate_all()


def test_a_ledger_that_was_put_back_is_noticed(place: Path, tmp_path: Path) -> None:
    leaves(3)
    integrate_all()
    LogHead.objects.update(size=9)
    with pytest.raises(Malformed):
        integrate_all()


def test_a_row_that_was_edited_before_a_crash_was_over_is_noticed(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaves(3)
    integrate_all()
    leaves(3)

    def crash(*given: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(sequencing, "_learn", crash)
        with pytest.raises(Crash):
            integrate_all()
    LeafRow.objects.filter(position=5).update(entry=b"{}")
    with pytest.raises(Unavailable):
        integrate_all()


def test_one_process_writes_at_a_time(place: Path) -> None:
    with sequencer(), pytest.raises(Unavailable), sequencer():
        pass


def _root(size: int) -> str:
    import base64

    return base64.b64encode(log_folder().now().root_at(size)).decode()
