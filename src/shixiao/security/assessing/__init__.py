"""评估: need, public interest, evidence, score and validity, put together to one decision."""

from shixiao.security.assessing.criteria import (
    BASELINE,
    About,
    Criterion,
    Library,
    asked_of,
    asks,
    library,
)
from shixiao.security.assessing.decision import (
    LAYERS,
    SIDES,
    Decision,
    Dossier,
    Exhibit,
    Held,
    Layer,
    Side,
    decide,
)
from shixiao.security.assessing.interest import RIGHTS, Interest, Right, interest_of
from shixiao.security.assessing.need import QUESTIONS, Need, Question, lacks
from shixiao.security.assessing.validity import Kept, Standing, Validity, ends, validity
from shixiao.security.assessing.waiver import Waiver, faults

__all__ = [
    "BASELINE",
    "LAYERS",
    "QUESTIONS",
    "RIGHTS",
    "SIDES",
    "About",
    "Criterion",
    "Decision",
    "Dossier",
    "Exhibit",
    "Held",
    "Interest",
    "Kept",
    "Layer",
    "Library",
    "Need",
    "Question",
    "Right",
    "Side",
    "Standing",
    "Validity",
    "Waiver",
    "asked_of",
    "asks",
    "decide",
    "ends",
    "faults",
    "interest_of",
    "lacks",
    "library",
    "validity",
]
