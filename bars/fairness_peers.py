"""Peers of ``bars.fairness_2``, run by the Python of ``make peers``: the same rates of one log.

``python bars/fairness_peers.py fairlearn|aequitas FILE`` prints one JSON line: CPU seconds from the
file to the rates (imports are outside, as on our side), peak memory, and the rates of every cell.
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


def fairlearn(path: str, rows: int | None = None) -> dict[str, list[float]]:
    """Selection, true and false positive rate and precision of every cell by MetricFrame."""
    from fairlearn.metrics import (
        MetricFrame,
        false_positive_rate,
        selection_rate,
        true_positive_rate,
    )
    from sklearn.metrics import precision_score

    frame = read(path, rows)
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
    rates = found.to_numpy().tolist()
    return {"|".join(key): row for key, row in zip(found.index, rates, strict=True)}


def aequitas(path: str, rows: int | None = None) -> dict[str, list[float]]:
    """The same by Group.get_crosstabs over one column, which has to be joined of the attributes."""
    from aequitas.group import Group

    frame = read(path, rows)
    region, *others = (frame[name] for name in GROUPS)
    table = pd.DataFrame(
        {
            "score": frame["selected"],
            "label_value": frame["outcome"],
            "cell": region.str.cat(others, sep="|"),
        }
    )
    found, _ = Group().get_crosstabs(table, attr_cols=["cell"])
    rates = found[["pprev", "tpr", "fpr", "precision"]].to_numpy().tolist()
    return dict(zip(found["attribute_value"], rates, strict=True))


def read(path: str, rows: int | None) -> pd.DataFrame:
    """Read a log, its groups as plain text; only the first rows for a warm-up."""
    frame = pd.read_parquet(path)
    frame = frame if rows is None else frame.head(rows)
    return frame.astype(dict.fromkeys(GROUPS, str))


def main(name: str, path: str) -> dict[str, Any]:
    """Warm up on a few rows, then measure from the file to the rates, as our side is."""
    work = {"fairlearn": fairlearn, "aequitas": aequitas}[name]
    work(path, 20_000)
    started = time.process_time()
    rates = work(path)
    spent = time.process_time() - started
    status = Path("/proc/self/status").read_text("utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return {"cpu_s": spent, "peak_mb": int(line.split()[1]) / 1024, "rates": rates}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps(main(*sys.argv[1:])))
