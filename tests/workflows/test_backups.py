"""Backup while others write, and restore elsewhere: nothing lost, nothing that does not fit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.db import transaction
from django.test import override_settings

from shixiao.cli.site import bring_up_to_date, set_up
from shixiao.ledger import Trust, verify_log
from shixiao.records.fields import keyring
from shixiao.records.models import Account, Case, LeafRow, Organisation, SealedValue, Step
from shixiao.seals.boxes import Box, BoxWriter
from shixiao.settings import Site
from shixiao.terms import BadInput
from shixiao.workflows import files
from shixiao.workflows.backups import make_backup, restore_backup
from shixiao.workflows.cases.opening import observe
from shixiao.workflows.log import log_folder, log_path, private_key
from shixiao.workflows.sequencer import keep_up, sequencer
from shixiao.workflows.snapshots import kept_models
from tests.cast import NOW, Cast, make_cast

pytestmark = pytest.mark.django_db(transaction=True)


def enter(cast: Cast, n: int) -> None:
    for _ in range(n):
        observe(
            name="取号机停用",
            story="排队两次。",
            department=cast.places["health"],
            actor=cast.actor("chen"),
            at=NOW,
        )


def integrate_all() -> None:
    with sequencer() as opened:
        while opened.integrate():
            pass


def contents() -> dict[str, list[object]]:
    """Everything the records hold, as values."""
    return {
        model._meta.label: list(
            model._base_manager.order_by("pk").values_list(
                *(f.attname for f in model._meta.concrete_fields)
            )
        )
        for model in kept_models()
        if model._meta.model_name not in {"logshead", "loghead"}
    }


def wipe() -> None:
    """Take all rows away, as on a machine that has none yet."""
    with transaction.atomic():
        for model in reversed(kept_models()):
            model._base_manager.all()._raw_delete(using="default")


def elsewhere(folder: Path) -> override_settings:
    """A site in another folder that has the keys of this one."""
    keys = folder / "keys"
    keys.mkdir(parents=True)
    (keys / "ledger").write_text(private_key().to_text())
    return override_settings(SITE=Site.from_environment({"SHIXIAO_DATA": str(folder)}))


@pytest.fixture
def site(place: Path) -> Cast:
    """A site with cases, a file, sealed values, and a ledger that is behind by some leaves."""
    cast = make_cast()
    enter(cast, 3)
    integrate_all()
    with transaction.atomic():
        files.store(b"paper", at=NOW)
    enter(cast, 2)
    for folder in ("activities", "maps"):
        files.write_whole(place / folder / "an evidence" / "1.csv", [b"step\n"])
    return cast


def test_what_is_restored_is_what_was_there(site: Cast, tmp_path: Path) -> None:
    made = make_backup(tmp_path / "b", with_keys=False, at=NOW)
    before = contents()
    leaf = LeafRow.objects.get(event="backup.made")
    wipe()
    with elsewhere(tmp_path / "new"):
        done = restore_backup(tmp_path / "b", at=NOW)
        assert done == made
        after = contents()
        for label, rows in before.items():
            kept = [row for row in rows if label != "records.LeafRow" or row[0] != leaf.pk]
            if label not in {"records.LeafRow", "records.SealedValue"}:
                assert after[label] == kept, label
        codes = set(LeafRow.objects.values_list("code", flat=True))
        assert {row.code for row in LeafRow.objects.exclude(event="backup.restored")} <= codes
        assert SealedValue.objects.filter(field="statement").first().value == "排队两次。"
        assert (tmp_path / "new" / "files").is_dir()
        assert (tmp_path / "new" / "maps" / "an evidence" / "1.csv").read_bytes() == b"step\n"
        answer = verify_log(log_path(), Trust((private_key().log_key,)))
        assert answer.valid
        present = log_folder().now()
        rows = LeafRow.objects.order_by("position")
        assert [present.entry(row.position) for row in rows] == [bytes(r.entry) for r in rows]
        assert rows.last().event == "backup.restored"
        assert Step.objects.count() == Case.objects.count() == 5


def test_a_backup_shows_nothing_and_is_for_its_owner_alone(site: Cast, tmp_path: Path) -> None:
    make_backup(tmp_path / "b", with_keys=False, at=NOW)
    assert (tmp_path / "b").stat().st_mode & 0o077 == 0
    data = (tmp_path / "b").read_bytes()
    assert "排队".encode() not in data
    assert b"case.entered" not in data
    with pytest.raises(BadInput):
        make_backup(tmp_path / "b", with_keys=False, at=NOW)


def test_keys_come_along_only_when_asked_for(site: Cast, tmp_path: Path) -> None:
    make_backup(tmp_path / "b", with_keys=False, at=NOW)
    make_backup(tmp_path / "k", with_keys=True, at=NOW)
    with ZipFile(tmp_path / "b") as box:
        assert not any(name.startswith("keys/") for name in box.namelist())
    with ZipFile(tmp_path / "k") as box:
        assert box.read("keys/ledger").decode() == private_key().to_text()


def test_a_site_that_holds_anything_is_left_alone(site: Cast, tmp_path: Path) -> None:
    make_backup(tmp_path / "b", with_keys=False, at=NOW)
    before = contents()
    with pytest.raises(BadInput, match="holds data"):
        restore_backup(tmp_path / "b", at=NOW)
    assert contents() == before


@pytest.mark.parametrize("how", ["cut", "flipped", "swapped"])
def test_a_backup_that_was_changed_is_refused_and_leaves_nothing(
    site: Cast, tmp_path: Path, how: str
) -> None:
    whole = tmp_path / "b"
    make_backup(whole, with_keys=False, at=NOW)
    spoilt = tmp_path / "spoilt"
    if how == "cut":
        spoilt.write_bytes(whole.read_bytes()[:-300])
    else:
        _rewrite(whole, spoilt, how)
    wipe()
    with elsewhere(tmp_path / "new"):
        with pytest.raises(BadInput):
            restore_backup(spoilt, at=NOW)
        assert not Account.objects.exists()
        assert not (tmp_path / "new" / "files").exists()


def _rewrite(whole: Path, target: Path, how: str) -> None:
    """Write the zip again with two members exchanged, or one byte of one of them turned."""
    with ZipFile(whole) as source, ZipFile(target, "w") as spoilt:
        members = {name: source.read(name) for name in source.namelist()}
        one, other = "records/records.account", "records/records.case"
        if how == "swapped":
            members[one], members[other] = members[other], members[one]
        else:
            data = bytearray(members[one])
            data[len(data) // 2] ^= 1
            members[one] = bytes(data)
        for name, data in members.items():
            spoilt.writestr(name, data)


def test_large_members_are_sealed_in_chunks(tmp_path: Path) -> None:
    content = os.urandom(3 << 20)
    with BoxWriter(tmp_path / "b", keyring()) as box:
        box.put("large", [content[: 1 << 20], content[1 << 20 :]])
        box.put("empty", [])
        box.finish({})
    opened = Box(tmp_path / "b", keyring())
    assert b"".join(opened.parts("large")) == content
    assert b"".join(opened.parts("empty")) == b""
    opened.check()
    opened.close()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # the server's package complains of the folder it chooses
@pytest.mark.parametrize("way", [("sqlite", "postgresql"), ("postgresql", "sqlite")])
def test_a_backup_made_under_writes_is_restored_into_the_other_database(
    tmp_path: Path, way: tuple[str, str]
) -> None:
    from tests.postgres import server

    old, new, backup = tmp_path / "old", tmp_path / "new", str(tmp_path / "backup")
    with server() as url:
        addresses = [{"postgresql": url, "sqlite": ""}[database] for database in way]
        _python(old, addresses[0], f"{HERE}.fill()")
        others = [_start(old, addresses[0], f"{HERE}.write_on()")]
        others += [_start(old, addresses[0], f"{HERE}.integrate_on()")]
        try:
            while not (old / "written").exists():
                assert all(each.poll() is None for each in others)
                time.sleep(0.1)
            before = json.loads(_python(old, addresses[0], f"{HERE}.tell()"))
            _python(old, addresses[0], SHIXIAO, "backup", backup, "--with-keys")
        finally:
            for each in others:
                each.kill()
                each.wait()
        after = json.loads(_python(old, addresses[0], f"{HERE}.tell()"))
        _python(new, addresses[1], SHIXIAO, "restore", backup)
        found = json.loads(_python(new, addresses[1], f"{HERE}.tell()"))
    assert found["valid"]
    assert found["people"] == before["people"]
    assert set(before["cases"]) <= set(found["cases"]) <= set(after["cases"])
    assert found["entered"] == found["steps"] == len(found["cases"])
    assert found["waiting"] == 0


HERE = "import tests.workflows.test_backups as t; t"
SHIXIAO = "from shixiao.cli import main; main()"


def fill() -> None:
    """Fill a site, in a process of its own."""
    set_up()
    bring_up_to_date(lambda _: None)
    enter(make_cast(), 5)
    integrate_all()


def write_on() -> None:
    """Write until killed."""
    set_up()
    accounts = {account.login: account for account in Account.objects.all()}
    places = {place.code: place for place in Organisation.objects.all()}
    while True:
        enter(Cast(accounts, places), 1)
        (Path(os.environ["SHIXIAO_DATA"]) / "written").touch()


def integrate_on() -> None:
    """Put leaves into the tree until killed."""
    set_up()
    keep_up(threading.Event())


def tell() -> None:
    """Print what a site holds."""
    set_up()
    found = {
        "cases": sorted(case.code + case.story for case in Case.objects.all()),
        "people": sorted(f"{a.login} {a.name} {a.joined}" for a in Account.objects.all()),
        "entered": LeafRow.objects.filter(event="case.entered").count(),
        "steps": Step.objects.filter(leaf__isnull=False).count(),
        "waiting": LeafRow.objects.filter(position__isnull=True).count(),
        "valid": verify_log(log_path(), Trust((private_key().log_key,))).valid,
    }
    sys.stdout.write(json.dumps(found))


def _environment(folder: Path, url: str) -> dict[str, str]:
    return os.environ | {
        "SHIXIAO_DATA": str(folder),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "shixiao.web.settings",
        "PYTHONWARNINGS": "ignore",
    }


def _start(folder: Path, url: str, script: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", f"{DJANGO}{script}"], env=_environment(folder, url), cwd=ROOT
    )


def _python(folder: Path, url: str, script: str, *arguments: str) -> str:
    command = [sys.executable, "-c", script if arguments else f"{DJANGO}{script}", *arguments]
    done = subprocess.run(
        command,
        env=_environment(folder, url),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# A test module names models, so Django has to be ready before it is imported.
DJANGO = "from shixiao.cli.site import set_up; set_up(); "
ROOT = Path(__file__).parents[2]
