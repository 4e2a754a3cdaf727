"""样板设计: planned services without a log, in which copies are planted among hard decoys."""

from shixiao.potemkin.designs.building import write_designs

__all__ = ["write_designs"]
