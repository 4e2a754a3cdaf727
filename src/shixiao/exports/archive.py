"""Archives: zip files whose bytes hang on their content alone."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

LEVEL = 4  # half the time of zlib's own choice for a tenth more bytes
EPOCH = (2000, 1, 1, 0, 0, 0)


def archive(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a zip of the entries in the order given, with one fixed date."""
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as book:
        for name, content in entries:
            entry = ZipInfo(name, EPOCH)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            book.writestr(entry, content, compresslevel=LEVEL)
    return target.getvalue()
