"""All models, for Django to find."""

from shixiao.records.accounts import Account, Post, Relation
from shixiao.records.cases import (
    Attachment,
    Case,
    Contest,
    Decision,
    Matter,
    Measurement,
    Plan,
    Proposal,
    Step,
)
from shixiao.records.evaluations import Evaluation, Standing
from shixiao.records.evidence import ActivityMap, DailyHash, Evidence
from shixiao.records.files import StoredFile
from shixiao.records.findings import Finding, Sighting
from shixiao.records.handling import HandlerFigures
from shixiao.records.leaves import LeafRow, LogHead, SealedValue
from shixiao.records.notices import Notice
from shixiao.records.organisations import Organisation
from shixiao.records.search import Entry, Gram
from shixiao.records.tokens import Token
from shixiao.records.witnesses import Cosignature, Witness

__all__ = [
    "Account",
    "ActivityMap",
    "Attachment",
    "Case",
    "Contest",
    "Cosignature",
    "DailyHash",
    "Decision",
    "Entry",
    "Evaluation",
    "Evidence",
    "Finding",
    "Gram",
    "HandlerFigures",
    "LeafRow",
    "LogHead",
    "Matter",
    "Measurement",
    "Notice",
    "Organisation",
    "Plan",
    "Post",
    "Proposal",
    "Relation",
    "SealedValue",
    "Sighting",
    "Standing",
    "Step",
    "StoredFile",
    "Token",
    "Witness",
]
