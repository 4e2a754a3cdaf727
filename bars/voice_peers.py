"""The peer of ``bars.voice_3``, run by the Python of ``make peers``: red-dwarf's groups of opinion.

``python bars/voice_peers.py`` reads a line of JSON for each conversation: its votes as rows of
person, statement and vote, and a group for each person. It prints where red-dwarf places each
person, its groups as it starts by itself, and those it ends with where it starts from the centres
of the groups that were given.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from typing import Any

import numpy as np


def groups(
    votes: list[dict[str, int]], centres: list[list[float]] | None = None
) -> tuple[np.ndarray, list[int]]:
    """Return places and groups of all persons, in the order of their ids."""
    from reddwarf.implementations.polis import run_pipeline

    found = run_pipeline(
        votes=votes,
        min_user_vote_threshold=1,
        random_state=1,
        init_centers=centres,
        force_group_count=len(centres) if centres else None,
    ).participants_df.sort_index()
    return found[["x", "y"]].to_numpy(), found["cluster_id"].astype(int).tolist()


def main() -> None:
    """Answer every conversation."""
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        asked: dict[str, Any] = json.loads(line)
        names = ("participant_id", "statement_id", "vote")
        votes = [dict(zip(names, row, strict=True)) | {"modified": 1} for row in asked["votes"]]
        started = time.process_time()
        places, own = groups(votes)
        cost = time.process_time() - started
        given = np.array(asked["groups"])
        centres = [places[given == group].mean(axis=0).tolist() for group in range(max(given) + 1)]
        _, led = groups(votes, centres)
        told = {"places": places.tolist(), "own": own, "led": led, "cpu_s": cost}
        print(json.dumps(told))


if __name__ == "__main__":
    main()
