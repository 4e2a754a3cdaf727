"""Envelope keys: each department's data under keys of its own, wrapped by the site's key.

A file holds, for each owner, data keys that are sealed by the master keyring; the newest seals,
all of them open. A key is turned over by adding one: nothing has to be encrypted again at once, and
what was sealed while it turned opens under the key that it names. A key leaves the file only when
nothing is sealed under it any more. The file is replaced whole under a lock, so that no turn is
lost; readers take the file anew when a value names a key that they do not know.

Source: NIST SP 800-57 Part 1, 5.3.6 and 5.6.4 (key-encrypting keys, separation by use).
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shixiao.seals.encryption import KEY_BYTES, Cipher, Damaged, Keyring, name_of


class Envelopes:
    """The data keys of owners, in a file.

    Args:
        path: the file; it is made with the first key.
        masters: wraps and unwraps the data keys.
        cipher: with which owners' values are sealed.
    """

    def __init__(self, path: Path, masters: Keyring, *, cipher: Cipher = Cipher.AES) -> None:
        self._path, self._masters, self._cipher = path, masters, cipher
        self._rings: dict[str, Keyring] = {}
        self._stamp: tuple[int, int] | None = None

    def seal(self, owner: str, plain: bytes, *, context: str) -> bytes:
        """Encrypt under the newest key of an owner; one is made where there is none."""
        if self._ring(owner) is None:
            self.turn(owner, first=True)
        return self._must(owner).seal(plain, context=context)

    def open(self, owner: str, sealed: bytes, *, context: str) -> bytes:
        """Decrypt what was sealed for an owner.

        Raises:
            Damaged: it was changed or moved, is another owner's, or its key is gone.
        """
        ring = self._ring(owner)
        if ring is None or not ring.knows(sealed):
            self._stamp = None  # the key may have been turned a moment ago
            ring = self._ring(owner)
        if ring is None:
            raise Damaged(context)
        return ring.open(sealed, context=context)

    def newest(self, owner: str, sealed: bytes) -> bool:
        """Say whether a value is sealed as the owner's newest key seals."""
        self._stamp = None
        return self._must(owner).newest(sealed)

    def turn(self, owner: str, *, first: bool = False) -> None:
        """Add a key for an owner; with ``first`` only where there is none."""
        with self._changing() as keys:
            known = keys.setdefault(owner, [])
            if not (first and known):
                fresh = secrets.token_bytes(KEY_BYTES)
                known.insert(0, self._masters.seal(fresh, context=_context(owner)).hex())

    def drop_old(self, owner: str) -> int:
        """Leave the newest key of an owner alone; return how many went.

        For when everything was sealed anew: what is still sealed under an old key is lost.
        """
        with self._changing() as keys:
            gone = len(keys.get(owner, [])[1:])
            keys[owner] = keys.get(owner, [])[:1]
        return gone

    def rewrap(self, masters: Keyring) -> None:
        """Wrap every data key under another master keyring; the data are not touched."""
        with self._changing() as keys:
            for owner, known in keys.items():
                opened = [
                    self._masters.open(bytes.fromhex(k), context=_context(owner)) for k in known
                ]
                keys[owner] = [masters.seal(k, context=_context(owner)).hex() for k in opened]
        self._masters = masters

    def owners(self) -> dict[str, int]:
        """Return owner → number of keys."""
        return {owner: len(known) for owner, known in self._read().items()}

    def names(self, owner: str) -> list[str]:
        """Return the names of an owner's keys in hex, newest first: what an audit may see."""
        return [name_of(key).hex() for key in self._opened(owner, self._read().get(owner, []))]

    def _must(self, owner: str) -> Keyring:
        ring = self._ring(owner)
        if ring is None:
            raise Damaged(owner)
        return ring

    def _ring(self, owner: str) -> Keyring | None:
        stamp = self._now()
        if stamp != self._stamp:
            self._rings, self._stamp = {}, stamp
        if owner not in self._rings:
            known = self._read().get(owner)
            if not known:
                return None
            self._rings[owner] = Keyring(self._opened(owner, known), cipher=self._cipher)
        return self._rings[owner]

    def _opened(self, owner: str, known: list[str]) -> list[bytes]:
        return [self._masters.open(bytes.fromhex(k), context=_context(owner)) for k in known]

    def _now(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return (found.st_mtime_ns, found.st_ino)

    def _read(self) -> dict[str, list[str]]:
        try:
            data: dict[str, Any] = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        return {str(owner): list(known) for owner, known in data["keys"].items()}

    @contextmanager
    def _changing(self) -> Iterator[dict[str, list[str]]]:
        """Give the keys to be changed, alone; the file is replaced whole afterwards."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lock = self._path.with_name(f".{self._path.name}.lock")
        with lock.open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            keys = self._read()
            yield keys
            beside = self._path.with_name(f".{self._path.name}.writing")
            text = json.dumps({"keys": keys}, ensure_ascii=False, sort_keys=True)
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
        self._stamp = None


def _context(owner: str) -> str:
    return f"envelope:{owner}"
