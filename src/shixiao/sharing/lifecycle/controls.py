"""Controls: what a grade of data needs in each stage of its life.

Source: GB/T 37988-2019 for the stages; the controls and their sources stand in
``data/controls.yaml``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from shixiao.datafiles import load_yaml
from shixiao.sharing.catalogue.words import words
from shixiao.terms import Text


class Stage(StrEnum):
    """A stage in the life of data."""

    COLLECT = "collect"
    STORE = "store"
    TRANSPORT = "transport"
    PROCESS = "process"
    EXCHANGE = "exchange"
    DESTROY = "destroy"


STAGES = {
    Stage.COLLECT: Text("采集", "Collect"),
    Stage.STORE: Text("存储", "Store"),
    Stage.TRANSPORT: Text("传输", "Transport"),
    Stage.PROCESS: Text("处理", "Process"),
    Stage.EXCHANGE: Text("交换", "Exchange"),
    Stage.DESTROY: Text("销毁", "Destroy"),
}


@dataclass(frozen=True, slots=True)
class Control:
    """A control of a stage.

    Attributes:
        id: its name in the records, such as ``store.encrypted``.
        stage: where it belongs.
        name: what has to be.
        least: the lowest grade for which it is required.
        proof: what proves it.
        days: for how long a proof holds.
    """

    id: str
    stage: Stage
    name: Text
    least: str
    proof: str
    days: int

    def required(self, grade: str) -> bool:
        """Say whether data of a grade need it; data that nobody graded need everything."""
        rank = words("grades").numbers
        return grade not in rank or rank[grade] >= rank[self.least]


@cache
def controls() -> tuple[Control, ...]:
    """Return all controls, stage by stage."""
    text = files("shixiao.sharing.lifecycle").joinpath("data/controls.yaml").read_text("utf-8")
    return tuple(
        Control(
            f"{stage}.{name}",
            Stage(stage),
            Text(entry["zh"], entry["en"]),
            entry["from"],
            entry["proof"],
            int(entry["days"]),
        )
        for stage, entries in load_yaml(text).items()
        for name, entry in entries.items()
    )
