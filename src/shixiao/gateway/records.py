"""What a gateway has on record: exchanges for the evidence, and for each person who used what.

Read from the folder that the gateway keeps, also while it runs. A person's list shows each use with
its proof; uses for a matter that the law lets wait (an investigation) come later, and the list says
always that there may be such, so that its wording tells nothing. Other persons are never in it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from shixiao.gateway.config import Config
from shixiao.gateway.database import reading
from shixiao.gateway.logs import log_folder
from shixiao.gateway.receipts import TOLD, Keys, salt_of, when
from shixiao.ledger import LogFolder, Receipt, Snapshot
from shixiao.seals import key_file
from shixiao.sharing.fingerprints import Release
from shixiao.terms import Text

LATER = Text(
    "依法可延后告知的使用（如正在进行的调查）不在此列，到期后才会出现。",
    "Uses of which the law lets you be told later, as during an investigation, are not listed until"
    " then.",
)
NO_DELAY = Text("以上是全部使用记录。", "These are all uses on record.")
MOST_USES = 2_000  # of one person in one answer
BROWSING = ("case_unknown", "case_closed", "case_type", "case_subject")
EXCHANGES = (  # columns of the evidence table
    "exchange_id",
    "ts",
    "dataset_id",
    "to_department",
    "grant_id",
    "purpose",
    "case_id",
    "records",
    "ok",
)
_COLUMNS = (
    'id, worker, ordinal, at, "grant", dataset, department, purpose, mode, outcome, records, sealed'
)


@dataclass(frozen=True, slots=True)
class Use:
    """One exchange.

    Attributes:
        receipt: id.
        at: ISO 8601, UTC.
        grant: id; empty where none was found.
        dataset: id.
        department: that asked.
        purpose: id.
        mode: look-up, verification or batch.
        outcome: code of the refusal; empty where data were given.
        records: that were given.
        case: id.
        fields: names of those that were given.
        salt: that opens the commitments of the leaf (``receipts.salt_of``), in hex.
        proof: content of the ``.tlog-proof``; None while the leaf waits for the tree.
    """

    receipt: str
    at: str
    grant: str
    dataset: str
    department: str
    purpose: str
    mode: str
    outcome: str
    records: int
    case: str
    fields: tuple[str, ...]
    salt: str
    proof: bytes | None = None

    def opened(self) -> dict[str, str]:
        """Return the salts, in hex, that open the leaf's commitments to case and person."""
        salt = bytes.fromhex(self.salt)
        return {name: salt_of(salt, name).hex() for name in ("case", "person")}


@dataclass(frozen=True, slots=True)
class Uses:
    """What a person is told.

    Attributes:
        uses: the newest first; data that were given, not what was refused.
        remark: whether there may be more later.
        all: how many there are, of which ``uses`` may be the newest.
    """

    uses: tuple[Use, ...]
    remark: Text
    all: int


@dataclass(frozen=True, slots=True)
class Affected:
    """Whose data left in one exchange.

    Attributes:
        receipt: id.
        persons: pseudonyms, each once; of a batch, of the persons of all its rows.
        salt: that opens the leaf's commitment to the one person, in hex; empty for a batch.
        proof: content of the ``.tlog-proof``; None while the leaf waits for the tree.
    """

    receipt: str
    persons: tuple[bytes, ...]
    salt: str
    proof: bytes | None


def gateway_keys(config: Config) -> Keys:
    """Return the secret keys of a gateway; the file is made on first use."""
    return Keys.drawn(bytes.fromhex(key_file(config.state / "gateway.key").decode()))


def uses_of(config: Config, person: str, *, now: int, most: int | None = None) -> Uses:
    """Return who used a person's data, for which matter, with proofs.

    Args:
        config: of the gateway.
        person: identifier by which the person is looked up.
        now: seconds since 1970; what may be told only later than that is left out.
        most: uses that are returned, the newest; None for all.
    """
    keys = gateway_keys(config)
    where, asked = "person = ? AND outcome = '' AND visible <= ?", (keys.pseudonym(person), now)
    with closing(reading(config.state)) as base:
        (number,) = base.execute(f"SELECT count(*) FROM records WHERE {where}", asked).fetchone()
    newest = f"{where} ORDER BY at DESC, id DESC LIMIT ?"
    found = tuple(
        read_uses(config, keys, newest, (*asked, -1 if most is None else most), proofs=True)
    )
    return Uses(found, LATER if config.delays else NO_DELAY, max(number, len(found)))


def exchanges(config: Config) -> Iterator[dict[str, Any]]:
    """Give the rows of the evidence table ``exchanges``, in the order of their receipts."""
    where = "outcome <> ? ORDER BY id"
    for use in read_uses(config, gateway_keys(config), where, (TOLD,), proofs=False):
        values = (
            use.receipt,
            use.at,
            use.dataset,
            use.department,
            use.grant,
            use.purpose,
            use.case,
            use.records,
            0 if use.outcome else 1,
        )
        yield dict(zip(EXCHANGES, values, strict=True))


def browsing(config: Config, *, since: int) -> list[tuple[str, str, int]]:
    """Return who asked without a fitting case: department, reason, how often; the most first.

    Args:
        config: of the gateway.
        since: seconds since 1970.
    """
    marks = ", ".join("?" * len(BROWSING))
    with closing(reading(config.state)) as base:
        return base.execute(
            "SELECT department, outcome, count(*) FROM records"
            f" WHERE outcome IN ({marks}) AND at >= ? GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
            (*BROWSING, since),
        ).fetchall()


def releases(config: Config, marks: dict[str, dict[str, str]]) -> Iterator[Release]:
    """Give what left in batches, for a copy to be held against (``fingerprints.accuse``).

    Args:
        config: of the gateway.
        marks: how fields are marked, by grant and field.
    """
    keys = gateway_keys(config)
    with closing(reading(config.state)) as base:
        rows = base.execute(
            'SELECT s.id, r."grant", r.sealed, s.sealed FROM releases s JOIN records r USING (id)'
        )
        for number, grant, record, sealed in rows:
            receipt = number.hex()
            kept = json.loads(keys.ring.open(record, context=f"record:{receipt}"))
            marked = tuple(marks.get(grant, {}).get(name, "") for name in kept["fields"])
            data = keys.ring.open(sealed, context=f"release:{receipt}")
            yield Release.from_bytes(data, grant=grant, receipt=receipt, marks=marked)


def persons_of(config: Config, receipts: Sequence[str]) -> list[Affected]:
    """Return whose data left under receipts, by pseudonym; what gave nothing is left out.

    Args:
        config: of the gateway.
        receipts: ids; each is answered once.
    """
    keys, found = gateway_keys(config), []
    trees: dict[int, Snapshot] = {}
    with closing(reading(config.state)) as base:
        for receipt in dict.fromkeys(receipts):
            row = base.execute(
                "SELECT worker, ordinal, person, sealed FROM records"
                " WHERE id = ? AND outcome = '' AND records > 0",
                (bytes.fromhex(receipt),),
            ).fetchone()
            if row is None:
                continue
            worker, ordinal, person, sealed = row
            kept = json.loads(keys.ring.open(sealed, context=f"record:{receipt}"))
            if worker not in trees:
                trees[worker] = LogFolder(log_folder(config, worker)).now()
            tree = trees[worker]
            proven = tree.receipt(ordinal).to_bytes() if ordinal < tree.checkpoint.size else None
            if person is not None:
                salt = salt_of(bytes.fromhex(kept["salt"]), "person").hex()
                found.append(Affected(receipt, (bytes(person),), salt, proven))
            else:
                of = _released(base, keys, receipt, len(kept["fields"]))
                found.append(Affected(receipt, of, "", proven))
    return found


def _released(
    base: sqlite3.Connection, keys: Keys, receipt: str, columns: int
) -> tuple[bytes, ...]:
    """Return the persons of the rows of a batch, each once."""
    row = base.execute(
        "SELECT sealed FROM releases WHERE id = ?", (bytes.fromhex(receipt),)
    ).fetchone()
    if row is None:
        return ()
    data = keys.ring.open(row[0], context=f"release:{receipt}")
    release = Release.from_bytes(data, grant="", receipt=receipt, marks=("",) * columns)
    return tuple(dict.fromkeys(release.persons))


def proof(config: Config, receipt: str) -> Receipt | None:
    """Return the proof of an exchange; None while it waits for the tree.

    Raises:
        KeyError: there is no such receipt.
    """
    with closing(reading(config.state)) as base:
        return proof_of(config, base, receipt)


def proof_of(config: Config, base: sqlite3.Connection, receipt: str) -> Receipt | None:
    """Return a proof by an open connection; see ``proof``."""
    row = base.execute(
        "SELECT worker, ordinal FROM records WHERE id = ?", (bytes.fromhex(receipt),)
    ).fetchone()
    if row is None:
        raise KeyError(receipt)
    snapshot = LogFolder(log_folder(config, row[0])).now()
    return snapshot.receipt(row[1]) if row[1] < snapshot.checkpoint.size else None


def read_uses(
    config: Config, keys: Keys, where: str, values: tuple[object, ...], *, proofs: bool = True
) -> Iterator[Use]:
    """Give the uses on record that a condition of SQL selects; the condition is never input."""
    trees: dict[int, Snapshot] = {}
    with closing(reading(config.state)) as base:
        rows = base.execute(f"SELECT {_COLUMNS} FROM records WHERE {where}", values)
        for number, worker, ordinal, at, *open_, records, sealed in rows:
            receipt = number.hex()
            kept = json.loads(keys.ring.open(sealed, context=f"record:{receipt}"))
            proven = None
            if proofs:
                if worker not in trees:
                    trees[worker] = LogFolder(log_folder(config, worker)).now()
                if ordinal < trees[worker].checkpoint.size:
                    proven = trees[worker].receipt(ordinal).to_bytes()
            grant, dataset, department, purpose, mode, outcome = map(str, open_)
            yield Use(
                receipt=receipt,
                at=when(at),
                grant=grant,
                dataset=dataset,
                department=department,
                purpose=purpose,
                mode=mode,
                outcome=outcome,
                records=records,
                case=kept["case"],
                fields=tuple(kept["fields"]),
                salt=kept["salt"],
                proof=proven,
            )
