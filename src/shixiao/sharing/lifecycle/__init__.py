"""全生命周期安全: what a dataset needs in each stage, who answers, and what is proven today."""

from shixiao.sharing.lifecycle.answering import Hand, Place, who_answers
from shixiao.sharing.lifecycle.controls import Control, Stage, controls
from shixiao.sharing.lifecycle.copies import Copy, copies_overdue
from shixiao.sharing.lifecycle.links import LinkReport, look_at_link
from shixiao.sharing.lifecycle.matrix import Cell, CellState, Evidence, matrix
from shixiao.sharing.lifecycle.rest import Canary, Hit, scan_at_rest
from shixiao.sharing.lifecycle.run import Plan, read_plan, run
from shixiao.sharing.lifecycle.told import Told, read_told, told

__all__ = [
    "Canary",
    "Cell",
    "CellState",
    "Control",
    "Copy",
    "Evidence",
    "Hand",
    "Hit",
    "LinkReport",
    "Place",
    "Plan",
    "Stage",
    "Told",
    "controls",
    "copies_overdue",
    "look_at_link",
    "matrix",
    "read_plan",
    "read_told",
    "run",
    "scan_at_rest",
    "told",
    "who_answers",
]
