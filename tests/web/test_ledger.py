"""The ledger on the site: what it shows, its files, the check of receipts, and its witnesses."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import transaction
from django.test import Client

from shixiao.cli.ledger import ledger as command
from shixiao.ledger import Checkpoint, LogFolder, Malformed, Note, PrivateKey, Trust, verify_log
from shixiao.ledger.reaching import copy_log, reader_of
from shixiao.records.models import Cosignature, LeafRow, Witness
from shixiao.terms import Text
from shixiao.workflows import witnesses
from shixiao.workflows.leaves import put
from shixiao.workflows.log import log_folder, log_path, private_key
from shixiao.workflows.receipts import proof_of
from shixiao.workflows.sequencer import sequencer
from tests.cast import NOW, Cast

pytestmark = pytest.mark.django_db
ARCHIVE = PrivateKey("archive.example", secrets.token_bytes(32))
LATER = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def grow(n: int) -> list[LeafRow]:
    """Put leaves on record and into the tree, and keep what witnesses sent."""
    facts = {"sha256": "a" * 64, "department": "D1", "rows": 1}
    with transaction.atomic():
        rows = [put("evidence.received", f"E{i}", at=NOW, facts=facts) for i in range(n)]
    with sequencer() as opened:
        while opened.integrate():
            pass
        opened.keep_cosigned()
    for row in rows:
        row.refresh_from_db()
    return rows


def add_archive(cast: Cast) -> Witness:
    return witnesses.add_witness(
        vkey=ARCHIVE.witness_key.vkey,
        name=Text("市档案馆", "City Archive"),
        actor=cast.actor("shen"),
        at=NOW,
    )


def cosigned(data: bytes, key: PrivateKey = ARCHIVE, at: datetime = LATER) -> bytes:
    note = Note.parse(data)
    return note.with_signatures([key.witness(int(at.timestamp()))(note.text)]).to_bytes()


def send(client: Client, data: bytes) -> int:
    answer = client.post("/ledger/witness", data=data, content_type="text/plain")
    return answer.status_code


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_says_how_the_ledger_stands_and_how_to_check_it(
    place: Path, visit, language: str
) -> None:
    rows = grow(3)
    page = visit(language=language).get("/ledger/").content.decode()
    assert private_key().log_key.vkey.replace("+", "&#43;") in page.replace("+", "&#43;")
    assert "shixiao ledger copy http://localhost/ledger/log ledger" in page
    assert rows[-1].code in page


def test_before_the_first_entry_the_page_says_so(place: Path, visit) -> None:
    assert "还没有启用" in visit().get("/ledger/").content.decode()


def test_a_receipt_is_found_by_its_number_however_it_is_typed(place: Path, visit) -> None:
    (row,) = grow(1)
    typed = row.code.lower().replace("-", " ")
    answer = visit().get("/ledger/", {"number": typed})
    assert (answer.status_code, answer["Location"]) == (302, f"/receipts/{row.code}/")
    assert "没有这个回执编号" in visit().get("/ledger/", {"number": "AAAA"}).content.decode()


@pytest.mark.parametrize(
    ("file", "kept"),
    [
        ("checkpoint", "no-cache"),
        ("vkeys", "no-cache"),
        ("tile/0/000.p/4", "public, max-age=31536000, immutable"),
        ("tile/entries/000.p/4", "public, max-age=31536000, immutable"),
    ],
)
def test_the_files_of_the_log_are_served_as_they_lie_there(
    place: Path, visit, file: str, kept: str
) -> None:
    grow(3)
    answer = visit().get(f"/ledger/log/{file}")
    assert answer.content == (log_path() / file).read_bytes()
    assert answer["Cache-Control"] == kept


@pytest.mark.parametrize(
    "file",
    [
        "../keys/ledger",
        "..%2fkeys%2fledger",
        "tile/../../keys/ledger",
        "tile/0/000.p/4/../../../../../keys/ledger",
        "/etc/passwd",
        "witness/../checkpoint",
        "witness/0000000g",
        ".writing/0",
        "tile",
        "tile/0/001",
        "tile/0/000.p/٤",
        "checkpoint/",
        "checkpoint%00",
    ],
)
def test_nothing_but_files_of_the_log_is_served(place: Path, visit, file: str) -> None:
    grow(3)
    refused = 400 if "%00" in file else 404
    assert visit().get(f"/ledger/log/{file}").status_code == refused


def test_a_receipt_that_holds_is_told_so_and_a_changed_one_is_not(place: Path, visit) -> None:
    receipt = proof_of(grow(5)[2]).receipt
    assert receipt is not None
    true = receipt.to_bytes().decode()
    other = re.sub(r"index \d+", lambda found: f"index {int(found[0][6:]) - 1}", true)
    for text, says in (
        (true, "收据成立"),
        (true.replace("\n", "\r\n"), "收据成立"),
        (other, "收据不成立"),
        ("nothing", "收据不成立"),
    ):
        page = visit().post("/ledger/check/", {"pasted": text})
        assert page.status_code == 200
        assert says in page.content.decode()
    assert visit().post("/ledger/check/", {}).status_code == 422


def test_the_vocabulary_names_every_event(place: Path, visit) -> None:
    from shixiao.ledger import vocabulary

    page = visit(language="en").get("/ledger/vocabulary/").content.decode()
    assert [e for e in vocabulary().events if e not in page] == []


def test_every_entry_is_listed_filtered_and_downloaded(place: Path, visit) -> None:
    rows = grow(3)
    auditor = visit(role="auditor")
    page = auditor.get("/ledger/entries/", {"event": "evidence.received", "subject": "E1"})
    body = page.content.decode()
    assert rows[1].code in body
    assert rows[0].code not in body
    table = auditor.get("/ledger/entries/", {"form": "csv"}).content.decode("utf-8-sig")
    assert all(row.code in table for row in rows)
    assert visit(role="officer").get("/ledger/entries/").status_code == 403


def test_what_a_witness_cosigned_is_kept_and_shown(place: Path, cast: Cast, visit) -> None:
    add_archive(cast)
    grow(2)
    old = (log_path() / "checkpoint").read_bytes()
    assert send(visit(), cosigned(old)) == 200
    grow(1)
    assert send(visit(), cosigned((log_path() / "checkpoint").read_bytes())) == 200
    grow(0)
    assert "市档案馆" in visit().get("/ledger/").content.decode()
    trust = Trust((private_key().log_key,), (ARCHIVE.witness_key,))
    answer = verify_log(log_path(), trust)
    assert answer.valid, answer.faults
    assert [(each.name, each.size) for each in answer.witnesses] == [("archive.example", 5)]
    assert Cosignature.objects.filter(kept=False).count() == 0


def test_who_is_no_witness_is_refused(place: Path, cast: Cast, visit) -> None:
    grow(1)
    present = (log_path() / "checkpoint").read_bytes()
    assert send(visit(), cosigned(present)) == 403
    witness = add_archive(cast)
    assert send(visit(), present) == 403
    forged = Note.parse(cosigned(present))
    wrong = Note(forged.text.replace("\n2\n", "\n9\n"), forged.signatures).to_bytes()
    assert send(visit(), wrong) == 400
    assert send(visit(), b"\xff" * 10) == 400
    assert send(visit(), cosigned(present) + b"x" * (1 << 17)) == 400
    witnesses.end_witness(witness, reason="任务结束", actor=cast.actor("shen"), at=NOW)
    assert send(visit(), cosigned(present)) == 403
    assert not Cosignature.objects.exists()


def test_a_second_history_that_a_witness_holds_stops_the_ledger(
    place: Path, cast: Cast, visit
) -> None:
    add_archive(cast)
    grow(1)
    other = Checkpoint(private_key().name, 1, b"\x01" * 32)
    forked = Note.signed(other.text, (private_key().sign,)).to_bytes()
    assert send(visit(), cosigned(forked)) == 409
    with sequencer() as opened, pytest.raises(Malformed):
        opened.keep_cosigned()


def test_adding_and_ending_a_witness_goes_on_record(place: Path, cast: Cast) -> None:
    client = Client(headers={"host": "localhost"})
    client.force_login(cast.accounts["shen"])
    given = {"name_zh": "市档案馆", "name_en": "City Archive"}
    wrong = client.post("/ledger/witnesses/", given | {"vkey": private_key().log_key.vkey})
    assert wrong.status_code == 422
    given["vkey"] = ARCHIVE.witness_key.vkey
    assert client.post("/ledger/witnesses/", given).status_code == 302
    assert client.post("/ledger/witnesses/", given).status_code == 409
    witness = Witness.objects.get()
    end = f"/ledger/witnesses/{witness.pk}/end/"
    assert client.post(end, {"reason": " "}).status_code == 422
    assert client.post(end, {"reason": "任务结束"}).status_code == 302
    assert client.post(end, {"reason": "任务结束"}).status_code == 409
    assert "市档案馆" in client.get("/ledger/witnesses/").content.decode()
    events = list(LeafRow.objects.order_by("id").values_list("event", flat=True))
    assert events == ["witness.added", "witness.ended"]


@pytest.mark.django_db(transaction=True)
def test_a_witness_visits_over_the_network_and_a_copy_verifies(
    place: Path, live_server, tmp_path: Path
) -> None:
    from tests.cast import make_cast

    cast = make_cast()
    run, key_file = CliRunner(), tmp_path / "archive.key"
    made = run.invoke(command, ["key", "archive.example", "--out", str(key_file)])
    vkey = made.stdout.strip()
    assert key_file.stat().st_mode & 0o077 == 0
    witnesses.add_witness(
        vkey=vkey, name=Text("档案馆", "Archive"), actor=cast.actor("shen"), at=NOW
    )
    log = private_key().log_key.vkey
    place_of_log = f"{live_server.url}/ledger/log"
    visit = ["cosign", place_of_log, "--log", log, "--key", str(key_file)]
    visit += ["--state", str(tmp_path / "state")]
    for grown in (2, 300, 0):
        grow(grown)
        done = run.invoke(command, visit, catch_exceptions=False)
        assert "已收下" in done.stderr
    grow(0)
    copy = tmp_path / "copy"
    assert run.invoke(command, ["copy", place_of_log, str(copy)]).exit_code == 0
    done = run.invoke(command, ["verify", str(copy), "--key", log, "--witness", vkey, "--quiet"])
    assert done.exit_code == 0, done.output
    assert copy_log(reader_of(str(copy)), tmp_path / "again") == log_folder().now().checkpoint
    assert LogFolder(tmp_path / "again").now().checkpoint.size == 304


def test_a_witness_does_not_sign_a_log_that_was_put_back(place: Path, tmp_path: Path) -> None:
    import shutil

    run, key_file, old = CliRunner(), tmp_path / "key", tmp_path / "old"
    run.invoke(command, ["key", "archive.example", "--out", str(key_file)])
    grow(2)
    shutil.copytree(log_path(), old)
    grow(2)
    visit = ["--log", private_key().log_key.vkey, "--key", str(key_file)]
    visit += ["--state", str(tmp_path / "state")]
    signed = run.invoke(command, ["cosign", str(log_path()), *visit])
    assert signed.stdout.count("— archive.example") == 1
    remembered = (tmp_path / "state").read_bytes()
    with pytest.raises(Malformed):
        run.invoke(command, ["cosign", str(old), *visit], catch_exceptions=False)
    assert (tmp_path / "state").read_bytes() == remembered
