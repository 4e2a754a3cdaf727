"""QR pictures: an address that a telephone reads from a sheet at a counter (ISO/IEC 18004)."""

from __future__ import annotations

import segno
from markupsafe import Markup, escape


def qr(address: str, name: str) -> Markup:
    """Return an address as a picture in the page; a quarter of it may be dirty.

    Args:
        address: whole, with scheme and host.
        name: what it leads to, read aloud in its place.
    """
    drawn = segno.make(address, error="q", micro=False).svg_inline(scale=8, border=4, omitsize=True)
    return Markup(f'<div class="qr" role="img" aria-label="{escape(name)}">{drawn}</div>')  # noqa: S704 - drawn from modules alone
