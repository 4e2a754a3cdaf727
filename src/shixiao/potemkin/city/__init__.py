"""合成城市: a city of any size whose truth is known, for grading what finds formalism."""

from shixiao.potemkin.city.build import write_city
from shixiao.potemkin.city.requests import PlantRequest, parse_plant
from shixiao.potemkin.city.strengths import KINDS

__all__ = ["KINDS", "PlantRequest", "parse_plant", "write_city"]
