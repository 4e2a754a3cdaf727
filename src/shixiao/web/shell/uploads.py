"""Uploads: files go to the disk as they come; one that is too large is read to its end and dropped.

Read to its end, for a browser shows our answer only once it has sent everything; dropped at once,
so that nobody fills the disk.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.urls import reverse

USUAL = 64 << 20  # bytes of all files of a form, where no evidence is delivered


class Bounded(FileUploadHandler):
    """Counts what comes, and stops what is more than the page takes."""

    read = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Count a part of a file and pass it on.

        Raises:
            StopUpload: it is too much; ``too_large`` then says whether the view was told.
        """
        del start
        self.read += len(raw_data)
        if self.read > _most(self.request):
            self.request.upload_refused = True  # type: ignore[union-attr]
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers that follow."""
        del file_size


def refused(request: Any) -> bool:
    """True where a file of the request was too large and is not there."""
    return bool(getattr(request, "upload_refused", False))


def _most(request: Any) -> int:
    """Return how many bytes a form may bring: much where who signed in delivers evidence."""
    user = getattr(request, "user", None)
    large = {reverse("evidence_add"), reverse("bundles")}
    if request.path in large and user is not None and user.is_authenticated:
        return int(settings.SITE.upload << 20)
    return USUAL
