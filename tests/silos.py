"""A published evaluation that found a silo: housing asks for what health already holds."""

from __future__ import annotations

import json

from shixiao.checkup.sharing_json import sharing_json
from shixiao.checkup.sharing_state import SharingState
from shixiao.records.models import Evaluation
from shixiao.rules import load_pack
from shixiao.sharing.silos import Bands, Holding, Need, Sharing, find_silos, save_by_sharing
from shixiao.terms import Estimate, Text
from shixiao.workflows.evaluations import folder_of
from tests.cast import NOW, TODAY, Cast, make_evaluation

SERVICE = Text("公租房申请", "Public rental housing")
ASKED = Text("户籍证明", "Proof of residence")
CASES = 4_000


def published_silo(cast: Cast, *, cases: int = CASES) -> Evaluation:
    """Publish an evaluation whose result tells of one silo, worked out as an evaluation does."""
    evaluation = make_evaluation(cast, published=NOW, published_by=cast.accounts["sun"])
    needs = [Need("S1", "housing", "M1", ASKED.zh, "E1", "online")]
    holdings = [Holding("D-001", "health", frozenset({"E1"}), Sharing.CONDITIONAL)]
    found = find_silos(needs, holdings, [], on=TODAY)
    a_year = {("S1", "online"): Estimate(cases, 0.97 * cases, 1.03 * cases, cases)}
    state = SharingState(
        silos=tuple(save_by_sharing(found, a_year, Bands.of(load_pack()))),
        departments={code: Text.of(row.name) for code, row in cast.places.items()},
        services={"S1": SERVICE},
        items={("S1", "M1"): ASKED},
    )
    folder = folder_of(evaluation)
    folder.mkdir(parents=True)
    told = json.dumps({"sharing": sharing_json(state)}, ensure_ascii=False)
    (folder / "result.json").write_text(told, "utf-8")
    return evaluation
