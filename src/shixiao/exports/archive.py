"""Archives: zip files whose bytes hang on their content alone."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

LEVEL = 4  # half the time of zlib's own choice for a tenth more bytes
EPOCH = (2000, 1, 1, 0, 0, 0)


def entry(name: str, how: int = ZIP_DEFLATED) -> ZipInfo:
    """Return an entry with one fixed date, whatever the clock says."""
    found = ZipInfo(name, EPOCH)
    found.compress_type = how
    found.external_attr = 0o600 << 16
    return found


def archive(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a zip of the entries in the order given, with one fixed date."""
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as book:
        for name, content in entries:
            book.writestr(entry(name), content, compresslevel=LEVEL)
    return target.getvalue()
