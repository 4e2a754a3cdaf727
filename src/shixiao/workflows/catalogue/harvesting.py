"""Harvesting: the catalogue that exists elsewhere is read in, and nothing is entered twice.

It is asked for, and a worker reads it: a file of a hundred thousand entries takes minutes. A second
reading of the same catalogue changes nothing; what the source no longer lists is withdrawn.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from shixiao.records.models import Harvest, StoredFile
from shixiao.sharing.catalogue import Dataset, read_datasets
from shixiao.sharing.catalogue.ckan import Ckan
from shixiao.terms import BadInput, Text, Unavailable
from shixiao.workflows import files, queued
from shixiao.workflows.actors import Actor
from shixiao.workflows.catalogue import taking_in
from shixiao.workflows.catalogue.taking_in import Compared
from shixiao.workflows.leaves import put
from shixiao.workflows.notices import tell
from shixiao.workflows.permissions import check, signed_in
from shixiao.workflows.refusals import Stale

WRITING = Text(
    "核对无误，正在写入：已处理 {done} 条，共 {of} 条",
    "Checked; now writing: {done} of {of} entries done",
)
ASKED = Text(
    "来源“{name}”正在导入，完成后再导入下一份。",
    "“{name}” is being imported; import the next when it is done.",
)
ENDED = Text(
    "导入进程多次意外结束（可能内存或磁盘不足）。已写入的条目保留；排除故障后再导入一次，会接着办完。",
    "The import ended unexpectedly several times (perhaps memory or disk ran out). What was written"
    " stays; once that is mended, import it again and the rest is done.",
)
TOLD = {  # by whether it was imported
    True: Text("目录“{name}”已导入，请看结果。", "“{name}” was imported; see what came of it."),
    False: Text("目录“{name}”没有导入，请看原因。", "“{name}” was not imported; see why."),
}
KIND = "dataset.harvested"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a catalogue comes from.

    Attributes:
        name: by which its entries are found again.
        address: of the interface; "" for a file.
        file: the file as it is kept; None for an interface.
        called: what the file was called.
    """

    name: str
    address: str = ""
    file: StoredFile | None = None
    called: str = ""


def ask(origin: Origin, *, actor: Actor, at: datetime) -> Harvest:
    """Ask for a catalogue to be read in; a worker does it.

    Raises:
        Forbidden: the person may not.
        Stale: the source is being read already.
    """
    check(actor, "dataset.harvest")
    try:
        with transaction.atomic():
            return Harvest.objects.create(
                source=origin.name,
                address=origin.address,
                file=origin.file,
                name=origin.called[:200],
                asked=at,
                asked_by=signed_in(actor),
                progress=queued.WAITING,
            )
    except IntegrityError:
        raise Stale(ASKED.format(name=origin.name)) from None


@transaction.atomic
def harvest(datasets: Iterable[Dataset], origin: Origin, *, actor: Actor, at: datetime) -> Harvest:
    """Read a catalogue in that is at hand, whole or not at all, without a worker.

    Raises:
        Forbidden: the person may not.
        Stale: the source is being read already.
        BadInput: an entry cannot be taken.
    """
    made = ask(origin, actor=actor, at=at)
    queued.begin(made)
    compared = taking_in.compare(datasets, origin.name, tell=lambda _: None)
    _write(made, compared, at=at)
    _finish(made, compared, at=at)
    made.refresh_from_db()
    return made


def run_waiting() -> int:
    """Read the catalogues that wait, one after the other; return how many were read."""
    ran = 0
    while (found := queued.claim(Harvest.objects.all())) is not None:
        run(found)
        ran += 1
    return ran


def run(made: Harvest) -> None:
    """Read a claimed catalogue to its end; one that cannot be taken changes nothing."""
    try:
        with _opened(made) as datasets:
            compared = taking_in.compare(
                datasets, made.source, tell=lambda text: queued.alive(made, progress=text)
            )
    except BadInput as error:
        _fail(made, Text(error.in_language("zh"), error.in_language("en")))
    except Unavailable as error:
        _fail(made, error.text)
    else:
        _write(made, compared, at=timezone.now())
        with transaction.atomic():
            now = timezone.now()
            if _finish(made, compared, at=now):
                _tell(made, at=now, done=True)


def resume(*, now: datetime) -> int:
    """Queue again what a vanished worker left; after three attempts it has failed."""
    return queued.resume(Harvest.objects.all(), lambda each: _fail(each, ENDED), now=now)


@contextmanager
def _opened(made: Harvest) -> Iterator[Iterable[Dataset]]:
    """Give the entries of a catalogue, from its file or its interface."""
    if made.file is None:
        with Ckan(made.address) as site:
            yield site.datasets()
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalogue"
        path.write_bytes(files.load(made.file))
        yield read_datasets(path, file=made.name)


def _write(made: Harvest, compared: Compared, *, at: datetime) -> None:
    """Write what was compared, batch by batch, as long as the claim stands."""
    whole = len(compared.fresh) + len(compared.changed) + len(compared.gone)
    done = 0
    for counted, step in taking_in.steps(compared, made.source, at=at):
        with transaction.atomic():
            if not queued.holds(made):
                return
            changed = step()
            done += changed
            said = WRITING.format(done=f"{done:,}", of=f"{whole:,}")
            queued.alive(made, progress=said, **{counted: F(counted) + changed})


def _finish(made: Harvest, compared: Compared, *, at: datetime) -> bool:
    """Note what came, within a transaction; False where the claim does not stand any more."""
    if not queued.holds(made):
        return False
    ended = {"state": Harvest.State.DONE, "finished": at, "progress": None}
    queued.claimed(made).update(seen=compared.seen, sha256=compared.sha256, **ended)
    facts = {"origin": made.source, "rows": compared.seen, "sha256": compared.sha256}
    put("dataset.harvested", made.code, at=at, facts=facts, sealed={"actor": made.asked_by})
    return True


@transaction.atomic
def _fail(made: Harvest, problem: Text) -> None:
    if queued.fail(made, problem):
        _tell(made, at=timezone.now(), done=False)


def _tell(made: Harvest, *, at: datetime, done: bool) -> None:
    if made.asked_by is not None:
        link = f"/catalogue/imports/{made.code}/"
        tell([made.asked_by], KIND, TOLD[done].format(name=made.source), link=link, at=at)
