"""Cases: where they are kept, and whether one is open, of a granted kind, about that person."""

from shixiao.gateway.cases.checking import CaseCheck, Cases, Matter
from shixiao.gateway.cases.opening import open_cases

__all__ = ["CaseCheck", "Cases", "Matter", "open_cases"]
