"""Leaving out: cases that field tests brought about count nowhere once the scores are sealed.

The list is kept like any file, encrypted and named by its hash. An evaluation keeps that hash, so
the same evaluation with another list is another question; it lies open only while a child reads it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.crypto import salted_hmac

from shixiao.records.models import Sheet, StoredFile
from shixiao.workflows import files

LIST, COUNT = "left_out.csv", "left_out.json"
SALT = "shixiao.left_out"
SEALED = ("commenting", "published")  # states of a commission in which scores are sealed


def shopper_cases() -> list[str]:
    """Return the numbers of all cases that sealed tests brought about; measures leave them out."""
    rows = Sheet.objects.filter(
        state=Sheet.State.SIGNED,
        assignment__item__commission__state__in=SEALED,
    )
    return sorted(
        {case for cases in rows.values_list("shopper_cases", flat=True) for case in cases}
    )


def question_of(*, at: datetime) -> dict[str, str]:
    """Return what an evaluation that is asked for now keeps of the list: its hash, if any."""
    digest = keep_list(at=at)
    return {"left_out": digest} if digest else {}


def keep_list(*, at: datetime) -> str:
    """Keep the list as it is now and return its SHA-256; "" where no case is to be left out."""
    # Somebody may have sent what no file could hold as a number; that is the number of no case.
    cases = [case for case in shopper_cases() if case.isprintable()]
    if not cases:
        return ""
    # Results cite the hash in public. Numbers of cases can be guessed; the second column cannot, so
    # that nobody finds out by trying which cases the hash stands for.
    lines = ["case_id,mark", *(f"{_cell(case)},{_mark(case)}" for case in cases)]
    return files.store(("\n".join(lines) + "\n").encode(), at=at).sha256


@contextmanager
def laid_open(digest: str, folder: Path) -> Iterator[str | None]:
    """Lay a list in a folder for a child to read, and take it away again; None for no list.

    Raises:
        Damaged: the list was changed on the disk.
    """
    if not digest:
        yield None
        return
    path = folder / LIST
    folder.mkdir(parents=True, exist_ok=True)
    try:
        path.write_bytes(files.load(StoredFile.objects.get(sha256=digest)))
        yield str(path)
    finally:
        path.unlink(missing_ok=True)


def count_in(folder: Path) -> int | None:
    """Return how many cases an evaluation left out; None where it had no list."""
    try:
        found: Mapping[str, Any] = json.loads((folder / COUNT).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return int(found["cases"])


def _cell(case: str) -> str:
    """Write a number as a cell of CSV."""
    return '"' + case.replace('"', '""') + '"'


def _mark(case: str) -> str:
    return salted_hmac(SALT, case, algorithm="sha256").hexdigest()[:32]
