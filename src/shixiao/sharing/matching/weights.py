"""Weights: from signs of likeness to a score, as data/weights.yaml has them.

They were fitted on the training part of the benchmark (``python -m bars.sharing_matching_fit``
writes them anew). The score is the chance that a candidate among the first five is right, by
Platt's (1999) logistic curve over utilities of families that were left out of the fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from scipy.special import expit

from shixiao.datafiles import load_yaml
from shixiao.sharing.matching.comparing import FEATURES, Floats

DIGITS = 4  # of weights as they are written down


@dataclass(frozen=True, slots=True)
class Weights:
    """What each feature adds to a utility, and what a utility says.

    Attributes:
        features: in the order of FEATURES.
        outside: utility of “none of them”.
        slope, intercept: of the curve from utility to score.
    """

    features: Floats
    outside: float
    slope: float
    intercept: float

    def utilities(self, features: Floats) -> Floats:
        """Return utilities above “none of them”, shape (pairs,)."""
        found: Floats = features @ self.features - self.outside
        return found

    def scores(self, utilities: Floats) -> Floats:
        """Return the chance that a candidate is right, shape (pairs,)."""
        found: Floats = expit(self.slope * utilities + self.intercept)
        return found


@cache
def weights() -> Weights:
    """Return the weights that are shipped."""
    folder = files("shixiao.sharing.matching").joinpath("data")
    content = load_yaml(folder.joinpath("weights.yaml").read_text("utf-8"))
    return Weights(
        np.array([content["features"][name] for name in FEATURES]),
        content["outside"],
        content["slope"],
        content["intercept"],
    )
