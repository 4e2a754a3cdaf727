"""Where does each bit of chance come from? From a seed and the name of what it decides.

A changed part of a city leaves the chance of all other parts alone.
"""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, *names: str) -> np.random.Generator:
    """Return the generator of one named part."""
    return np.random.default_rng([seed, zlib.crc32("\x1f".join(names).encode())])
