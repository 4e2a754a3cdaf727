"""Is this log whole, is it the one that was signed, and did it only ever grow? All offline.

A tree by itself shows any change under a root. That the operator put an older state back, or signed
a second history, shows only against somebody else's memory: a witness's cosignature, an earlier
checkpoint, or a receipt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from shixiao.ledger.answer import Answer, Fault, Witnessed
from shixiao.ledger.audit import Audit
from shixiao.ledger.checkpoint import Checkpoint
from shixiao.ledger.folder import CHECKPOINT, VKEYS, WITNESSES, LogFolder, Snapshot
from shixiao.ledger.keys import is_vkey
from shixiao.ledger.notes import LARGEST_NOTE, Note
from shixiao.ledger.receipts import Receipt
from shixiao.ledger.strays import strays
from shixiao.ledger.trust import Trust
from shixiao.ledger.wording import Malformed
from shixiao.seals.tree import leaf_hash, proves_inclusion
from shixiao.terms import Text

MOST_FAULTS = 20

Given = tuple[str, bytes]
"""Name and content of a file that the reader brought."""


def verify_log(
    path: Path, trust: Trust, *, since: Sequence[Given] = (), receipts: Sequence[Given] = ()
) -> Answer:
    """Check a log in a folder.

    Args:
        path: the folder.
        trust: keys of the log and of the witnesses who must have cosigned.
        since: earlier checkpoints that the reader kept.
        receipts: receipts whose entries must stand in this log.

    Raises:
        Malformed: one of ``since`` is no checkpoint that a given key signed.
        OSError: a file is there and cannot be read.
    """
    kept = [(file, trust.remembered(data, file=file)) for file, data in since]
    folder, answer = LogFolder(path), Answer()
    try:
        note = folder.note()
        answer.checkpoint = Checkpoint.parse(note.text)
        trust.check(note)
    except Malformed as problem:
        answer.faults.append(Fault.from_problem(problem, file=CHECKPOINT))
        return answer
    check = _Check(Snapshot(folder, note), trust, kept)
    answer.faults += islice(check.faults(receipts), MOST_FAULTS + 1)
    if len(answer.faults) > MOST_FAULTS:
        answer.faults.pop()
        answer.remarks.append(Fault.of("more", shown=MOST_FAULTS).whole)
    answer.remarks += check.remarks
    answer.witnesses += check.newest()
    return answer


def verify_receipt(data: bytes, trust: Trust, *, file: str) -> Answer:
    """Check a receipt by itself: that its entry stands in a state that the log signed."""
    answer = Answer()
    try:
        receipt = _checked(data, trust)
        answer.witnesses += trust.attested(receipt.note)
    except Malformed as problem:
        answer.faults.append(Fault.from_problem(problem, file=file))
        return answer
    answer.checkpoint, answer.index = receipt.checkpoint, receipt.index
    answer.faults += trust.unheard(answer.witnesses, file=file)
    if receipt.entry is None:
        answer.faults.append(Fault.of("receipt_bare", file=file))
    elif answer.valid:
        answer.entry = receipt.entry
    return answer


def _checked(data: bytes, trust: Trust) -> Receipt:
    """Read a receipt, and check it as far as that can be done without the log."""
    receipt = Receipt.parse(data)
    trust.check(receipt.note)
    if receipt.entry is not None and not receipt.holds_for(receipt.entry):
        raise Malformed("receipt_wrong")
    return receipt


@dataclass(slots=True)
class _Check:
    """One check of a log: the state at hand, and states that others remember (file, checkpoint)."""

    present: Snapshot
    trust: Trust
    remembered: list[tuple[str, Checkpoint]]
    attested: list[Witnessed] = field(default_factory=list)
    remarks: list[Text] = field(default_factory=list)

    def faults(self, given: Sequence[Given]) -> Iterator[Fault]:
        """Give every fault, the gravest kinds first; those of single files only as they are met."""
        yield from self._witnesses()
        receipts = []
        for file, data in given:
            try:
                receipt = _checked(data, self.trust)
            except Malformed as problem:
                yield Fault.from_problem(problem, file=file)
                continue
            receipts.append((file, receipt))
            self.remembered.append((file, receipt.checkpoint))
        yield from self._later()
        intact = True
        for fault in Audit(self.present.folder, self.present.checkpoint).faults():
            intact = False
            yield fault
        if intact:  # else nothing is sure that could be compared
            yield from self._forks()
            for file, receipt in receipts:
                yield from self._elsewhere(file, receipt)
        yield from self._keys()
        for found in strays(self.present.folder, self.present.checkpoint.size):
            if isinstance(found, Fault):
                yield found
            else:
                self.remarks.append(found)

    def newest(self) -> list[Witnessed]:
        """Return the newest attestation of each witness."""
        ordered = sorted(self.attested, key=lambda each: (each.size, each.time))
        return sorted({each.name: each for each in ordered}.values(), key=lambda each: each.name)

    def _witnesses(self) -> Iterator[Fault]:
        """Read what witnesses cosigned."""
        folder = self.present.folder
        for path in sorted((folder.path / WITNESSES).glob("*")):
            file = f"{WITNESSES}/{path.name}"
            try:
                yield from self._attest(file, Note.parse(folder.read(file, LARGEST_NOTE)))
            except FileNotFoundError:
                continue  # a folder, which is no note
            except Malformed as problem:
                yield Fault.from_problem(problem, file=file)
        try:
            yield from self._attest(CHECKPOINT, self.present.note)
        except Malformed as problem:
            yield Fault.from_problem(problem, file=CHECKPOINT)
        yield from self.trust.unheard(self.attested, file=CHECKPOINT)

    def _attest(self, file: str, note: Note) -> Iterator[Fault]:
        checkpoint = Checkpoint.parse(note.text)
        for key in self.trust.keys:
            note.of(key)
        attested = self.trust.attested(note)
        if checkpoint.origin != self.present.checkpoint.origin:
            expected = self.present.checkpoint.origin
            yield Fault.of("other_log", file=file, origin=checkpoint.origin, expected=expected)
        elif attested:
            self.attested += attested
            self.remembered.append((file, checkpoint))

    def _later(self) -> Iterator[Fault]:
        """Compare sizes: a log only grows."""
        size = self.present.checkpoint.size
        for file, known in self.remembered:
            if known.origin != self.present.checkpoint.origin:
                origin = self.present.checkpoint.origin
                yield Fault.of("other_log", file=file, origin=known.origin, expected=origin)
            elif known.size > size:
                yield Fault.of("rolled_back", file=file, size=size, known=known.size)

    def _forks(self) -> Iterator[Fault]:
        """Compare roots: what was once signed stays as it was."""
        for file, known in self.remembered:
            state = self.present.checkpoint
            earlier = known.size <= state.size and known.origin == state.origin
            if earlier and self.present.root_at(known.size) != known.root:
                yield Fault.of("forked", file=file, known=known.size)

    def _elsewhere(self, file: str, receipt: Receipt) -> Iterator[Fault]:
        """Say so where the entry of a receipt is not the one that stands here."""
        if receipt.index >= self.present.checkpoint.size:
            return  # told by size
        entry = self.present.entry(receipt.index)
        known = receipt.checkpoint
        if not proves_inclusion(
            leaf_hash(entry),
            index=receipt.index,
            size=known.size,
            root=known.root,
            proof=receipt.proof,
        ):
            yield Fault.of("receipt_elsewhere", file=file, entry=receipt.index)

    def _keys(self) -> Iterator[Fault]:
        """Check the list of public keys, where there is one; nothing is decided by it."""
        try:
            data = self.present.folder.read(VKEYS, LARGEST_NOTE)
        except FileNotFoundError:
            return
        lines = data.decode(errors="replace").split("\n")
        if lines.pop() or not lines or not all(map(is_vkey, lines)):
            yield Fault.of("vkeys_damaged", file=VKEYS)
