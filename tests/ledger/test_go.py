"""Go's own transparency log (golang.org/x/mod/sumdb) accepts what we write, and no change in it."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from base64 import b64encode
from pathlib import Path

import pytest

from shixiao.ledger import LogFolder, Snapshot
from shixiao.ledger.notes import to_base64
from tests.ledger.cast import KEY, write

LIBRARY = Path("/usr/share/gocode")
PRESENT = shutil.which("go") is not None and (LIBRARY / "src/golang.org/x/mod/sumdb").is_dir()
ENTRIES, PROOFS, STATES = 100_000, 1_000, 100

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PRESENT, reason="golang-go, golang-golang-x-mod-dev are not installed"),
]


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("go")
    subprocess.run(
        ["go", "build", "-o", folder / "check", Path(__file__).parent / "go/check.go"],
        env={
            **os.environ,
            "GO111MODULE": "off",
            "GOPATH": str(LIBRARY),
            "GOCACHE": str(folder / "cache"),
            "GOFLAGS": "",
        },
        check=True,
    )
    return folder / "check"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    entries = [b"%d " % number * 20 for number in range(ENTRIES)]
    batches = [entries[at : at + 7_000] for at in range(0, ENTRIES, 7_000)]
    return write(tmp_path_factory.mktemp("go") / "log", *batches)


def proofs(now: Snapshot) -> str:
    rng = random.Random(1)  # noqa: S311 - repeatable, and nothing secret
    size = now.checkpoint.size
    records = [rng.randrange(size) for _ in range(PROOFS)]
    states = [rng.randrange(1, size + 1) for _ in range(STATES)]
    return json.dumps(
        {
            "Records": [
                {
                    "Index": index,
                    "Entry": b64encode(now.entry(index)).decode(),
                    "Proof": list(map(to_base64, now.inclusion(index))),
                }
                for index in records
            ],
            "Trees": [
                {
                    "Size": old,
                    "Root": to_base64(now.root_at(old)),
                    "Proof": list(map(to_base64, now.consistency(old))),
                }
                for old in states
            ],
        }
    )


def test_go_accepts_note_tiles_and_a_thousand_proofs(
    check: Path, log: Path, tmp_path: Path
) -> None:
    (tmp_path / "proofs.json").write_text(proofs(LogFolder(log).now()), "ascii")
    said = subprocess.run(
        [check, log, KEY.log_key.vkey, tmp_path / "proofs.json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.stderr == ""
    assert said.stdout.split() == [str(ENTRIES), str(PROOFS), str(STATES)]


def test_go_refuses_a_tile_with_one_changed_byte(check: Path, log: Path, tmp_path: Path) -> None:
    (tmp_path / "proofs.json").write_text(proofs(LogFolder(log).now()), "ascii")
    copy = Path(shutil.copytree(log, tmp_path / "log"))
    tile = copy / "tile/0/123"
    data = bytearray(tile.read_bytes())
    data[77] ^= 1
    tile.write_bytes(data)
    said = subprocess.run(
        [check, copy, KEY.log_key.vkey, tmp_path / "proofs.json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode != 0
    assert "invalid transparency proof" in said.stderr
