"""The site's own log: where it lies, by which key it is signed, and what the records know of it."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

from django.conf import settings

from shixiao.ledger import Checkpoint, LogFolder, PrivateKey, Sm2PrivateKey
from shixiao.ledger.keys import KEY_BYTES
from shixiao.records.models import LogHead
from shixiao.seals import key_file, sm2


def log_path() -> Path:
    """Return the folder of the log."""
    return Path(settings.SITE.data) / "ledger"


def private_key() -> PrivateKey:
    """Return the key that signs checkpoints; it is made when the site first starts."""
    origin = settings.SITE.origin

    def fresh() -> str:
        return PrivateKey(origin, secrets.token_bytes(KEY_BYTES)).to_text()

    return PrivateKey.parse(key_file(Path(settings.SITE.data) / "keys" / "ledger", fresh).decode())


def sm2_key() -> Sm2PrivateKey | None:
    """Return the SM2 key that signs beside it; None where no provider is installed."""
    if not sm2.present():
        return None
    path = Path(settings.SITE.data) / "keys" / "ledger-sm2"
    secret = bytes.fromhex(key_file(path, lambda: sm2.new_secret().hex()).decode())
    return Sm2PrivateKey(settings.SITE.origin, secret)


def head() -> Checkpoint | None:
    """Return the newest checkpoint that the records know of."""
    known = LogHead.objects.filter(origin=private_key().name).first()
    if known is None:
        return None
    return Checkpoint(known.origin, known.size, base64.b64decode(known.root))


def log_folder() -> LogFolder:
    """Return the log for reading."""
    return LogFolder(log_path())
