"""Peers of ``bars.fairness_2``, run by the Python of ``make peers``: the same rates of one log.

``python bars/fairness_peers.py fairlearn|aequitas FILE`` prints one JSON line: CPU seconds of the
computation alone (reading and imports are outside), peak memory, and the rates of every cell.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import pandas as pd

GROUPS = ["region", "sex", "age", "hukou"]


def fairlearn(frame: pd.DataFrame) -> tuple[float, dict[str, list[float]]]:
    """Selection, true and false positive rate and precision of every cell by MetricFrame."""
    from fairlearn.metrics import (
        MetricFrame,
        false_positive_rate,
        selection_rate,
        true_positive_rate,
    )
    from sklearn.metrics import precision_score

    started = time.process_time()
    found = MetricFrame(
        metrics={
            "selection": selection_rate,
            "tpr": true_positive_rate,
            "fpr": false_positive_rate,
            "ppv": precision_score,
        },
        y_true=frame["outcome"],
        y_pred=frame["selected"],
        sensitive_features=frame[GROUPS],
    ).by_group
    spent = time.process_time() - started
    return spent, {
        "|".join(key): list(row) for key, row in zip(found.index, found.values, strict=True)
    }


def aequitas(frame: pd.DataFrame) -> tuple[float, dict[str, list[float]]]:
    """The same by Group.get_crosstabs over one column, which has to be joined of the attributes."""
    from aequitas.group import Group

    started = time.process_time()
    region, *others = (frame[name] for name in GROUPS)
    joined = region.str.cat(others, sep="|")
    table = pd.DataFrame(
        {"score": frame["selected"], "label_value": frame["outcome"], "cell": joined}
    )
    found, _ = Group().get_crosstabs(table, attr_cols=["cell"])
    spent = time.process_time() - started
    rates = found[["pprev", "tpr", "fpr", "precision"]].to_numpy()
    return spent, dict(zip(found["attribute_value"], rates.tolist(), strict=True))


def main(name: str, path: str) -> dict[str, Any]:
    """Read, warm up on a few rows, measure."""
    frame = pd.read_parquet(path)
    for column in GROUPS:
        frame[column] = frame[column].astype(str)
    work = {"fairlearn": fairlearn, "aequitas": aequitas}[name]
    work(frame.head(20_000))
    spent, rates = work(frame)
    status = Path("/proc/self/status").read_text("utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return {"cpu_s": spent, "peak_mb": int(line.split()[1]) / 1024, "rates": rates}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps(main(*sys.argv[1:])))
