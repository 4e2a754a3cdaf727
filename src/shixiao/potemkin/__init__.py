"""样板城: cities that never were, made as evidence packages whose truth is known by design."""

from shixiao.potemkin.example_city import write_example_city
from shixiao.potemkin.plan import CityPlan, ServicePlan, load_plan

__all__ = ["CityPlan", "ServicePlan", "load_plan", "write_example_city"]
