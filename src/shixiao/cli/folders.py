"""Folders that commands write results into: all of them or none."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from shixiao.terms import BadInput, Text


def deliver(out: Path, contents: Mapping[str, bytes]) -> None:
    """Write files beside their places and move them, so that nobody meets half a file.

    Raises:
        BadInput: the folder cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".writing-") as folder:
            for name, content in contents.items():
                (Path(folder) / name).write_bytes(content)
            for name in contents:
                (Path(folder) / name).replace(out / name)
    except OSError as error:
        raise BadInput(
            Text(
                f"无法写入（{error.strerror}）；请换一个位置。",
                f"it cannot be written ({error.strerror}); choose another place",
            ),
            file=out.name,
        ) from None
