"""The files of the log, as they lie in its folder: whoever wants can copy and check them."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse

from shixiao.ledger import Malformed
from shixiao.ledger.folder import CHECKPOINT, TILES, VKEYS, WITNESSES
from shixiao.ledger.notes import LARGEST_NOTE
from shixiao.ledger.tiles import LARGEST_BUNDLE, TileName
from shixiao.workflows.log import log_folder
from shixiao.workflows.refusals import NOT_FOUND, Missing

NOTES = re.compile(rf"{CHECKPOINT}|{VKEYS}|{WITNESSES}/[0-9a-f]{{8}}", re.ASCII)
FOR_EVER = "public, max-age=31536000, immutable"


def log_file(request: HttpRequest, file: str) -> HttpResponse:
    """Give a file of the log; only names that a log has are looked for at all."""
    del request
    if NOTES.fullmatch(file):
        response = HttpResponse(_read(file, LARGEST_NOTE), content_type="text/plain; charset=utf-8")
        response["Cache-Control"] = "no-cache"
        return response
    if not file.startswith(f"{TILES}/"):
        raise Missing(NOT_FOUND)
    try:
        TileName.parse(file)
    except Malformed:
        raise Missing(NOT_FOUND) from None
    # A tile never changes under its name: one that grows gets another name.
    response = HttpResponse(_read(file, LARGEST_BUNDLE), content_type="application/octet-stream")
    response["Cache-Control"] = FOR_EVER
    return response


def _read(file: str, most: int) -> bytes:
    try:
        return log_folder().read(file, most)
    except FileNotFoundError:
        raise Missing(NOT_FOUND) from None
