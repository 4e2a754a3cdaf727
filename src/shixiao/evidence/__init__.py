"""证据: evidence packages and logs in, checked, hashed, built into a store, read on an engine."""

from shixiao.evidence.engines import Engine, connect
from shixiao.evidence.gate import Quality, QualityFigure, judge, share_of_all
from shixiao.evidence.mapping import ColumnMapping, load_mapping
from shixiao.evidence.preparing import Request, prepare
from shixiao.evidence.store import Store, StoreMeta

__all__ = [
    "ColumnMapping",
    "Engine",
    "Quality",
    "QualityFigure",
    "Request",
    "Store",
    "StoreMeta",
    "connect",
    "judge",
    "load_mapping",
    "prepare",
    "share_of_all",
]
