"""合成城市: a city of any size whose truth is known, for grading what finds formalism."""

from shixiao.potemkin.city.build import write_city, write_registers
from shixiao.potemkin.city.requests import PlantRequest, parse_plant
from shixiao.potemkin.city.strengths import KINDS, REGISTERS

__all__ = [
    "KINDS",
    "REGISTERS",
    "PlantRequest",
    "parse_plant",
    "write_city",
    "write_registers",
]
