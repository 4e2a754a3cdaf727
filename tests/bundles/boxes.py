"""Bundles taken apart, changed and put together again, with hashes that fit or do not."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from shixiao.checkup.bundles import Reproduction, reproduce
from shixiao.settings import Settings

Parts = dict[str, bytes]


def unpacked(bundle: bytes) -> Parts:
    with zipfile.ZipFile(BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Mapping[str, bytes], *, honest: bool = True) -> bytes:
    """Zip parts; ``honest`` brings the hashes of the manifest in line with the parts."""
    parts = dict(parts)
    if honest:
        manifest = json.loads(parts["manifest.json"])
        for name, content in parts.items():
            if name in manifest["parts"]:
                manifest["parts"][name]["sha256"] = hashlib.sha256(content).hexdigest()
        parts["manifest.json"] = json.dumps(manifest).encode()
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def with_json(parts: Mapping[str, bytes], name: str, change: Callable[[Any], object]) -> Parts:
    """Change one part as JSON; ``change`` works in place."""
    value = json.loads(parts[name])
    change(value)
    return {**parts, name: json.dumps(value, ensure_ascii=False).encode()}


def read(parts: Mapping[str, bytes], name: str) -> Any:
    return json.loads(parts[name])


def again(bundle: bytes, folder: Path, settings: Settings) -> Reproduction:
    path = folder / "bundle.zip"
    path.write_bytes(bundle)
    return reproduce(path, settings=settings, progress=lambda _: None)
