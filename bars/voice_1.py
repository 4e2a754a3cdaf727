"""Bar 1 of voice: sorting 9,210 public messages, five folds, and how much may go by itself.

Five folds are dealt twice: stratified by class, as those who published figures on these messages
dealt them, and as Shixiao judges itself, with all copies of a message in one fold, so that nothing
is recognised that was learnt by heart. The first is held against the bar, both are told.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold

from bars.outcome import Outcome
from bars.voices import LABELLED, RAW
from bars.workers import peak
from shixiao.rules import load_pack
from shixiao.voice import Message, held_against, macro_f1_by, read_messages, train

DEALS = 3
REDUCED = 1_500  # messages in tests, which say nothing of the bar


def measure(*, full: bool) -> list[Outcome]:
    rows = read_messages(LABELLED, label=True).rows
    rows = rows if full else rows[:: len(rows) // REDUCED]
    started = time.process_time()
    router = train(rows, rules=load_pack())
    cost = {"cpu_s": time.process_time() - started, "peak_mb": peak()}
    least = (0.925, 0.975) if full else (0.8, 0.85)
    dealt = [macro_f1_by(rows, _stratified(rows, seed)) for seed in range(DEALS if full else 1)]
    raw = read_messages(RAW, label=True).rows
    started = time.process_time()
    routes = router.routes(raw)
    spent = time.process_time() - started
    held = held_against(router, raw, routes)
    calibrated = [part["accuracy"] for part in router.calibration()]
    return [
        Outcome.at_least(
            f"macro-F1, five stratified folds of {len(rows):,} messages, {len(dealt)} deals",
            float(np.mean(dealt)),
            least[0],
        ),
        Outcome.recorded("macro-F1 of each deal", " ".join(f"{each:.4f}" for each in dealt)),
        Outcome.recorded("macro-F1, copies of a message in one fold", router.macro_f1, cost=cost),
        Outcome.at_least("accuracy of the surest 80 %", router.accuracy_at(0.8), least[1]),
        Outcome.recorded("accuracy of all", router.accuracy),
        Outcome.recorded("share that may go automatically", router.coverage),
        Outcome.recorded("accuracy of those, cross-fitted", router.expected or 0.0),
        Outcome.recorded("accuracy by tenths of the margin", str(calibrated)),
        Outcome.recorded(
            f"macro-F1 on {held['n']} raw messages (they are among the 9,210, unsegmented)",
            float(held["macro_f1"]),
        ),
        Outcome.recorded("CPU ms to route a message", 1000 * spent / len(raw)),
    ]


def _stratified(rows: Sequence[Message], seed: int) -> npt.NDArray[np.int64]:
    fold = np.empty(len(rows), np.int64)
    dealt = StratifiedKFold(5, shuffle=True, random_state=seed)
    for number, (_, held) in enumerate(dealt.split(rows, [row.label for row in rows])):
        fold[held] = number
    return fold
