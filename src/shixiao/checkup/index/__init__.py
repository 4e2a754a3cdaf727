"""三性指数: the index of usefulness, convenience and benefit, with honest ranks."""

from shixiao.checkup.index.building import index
from shixiao.checkup.index.catalogue import (
    DIMENSION_NAMES,
    DIMENSIONS,
    OVERALL,
    Indicator,
    indicator,
    indicators,
)
from shixiao.checkup.index.dimensions import Part
from shixiao.checkup.index.rejoining import recomputed_scores
from shixiao.checkup.index.result import GRADES, Funnel, FunnelDot, Grade, Index, Place, Score

__all__ = [
    "DIMENSIONS",
    "DIMENSION_NAMES",
    "GRADES",
    "OVERALL",
    "Funnel",
    "FunnelDot",
    "Grade",
    "Index",
    "Indicator",
    "Part",
    "Place",
    "Score",
    "index",
    "indicator",
    "indicators",
    "recomputed_scores",
]
