"""All models, for Django to find."""

from shixiao.records.accounts import Account, Identity, Post, Relation
from shixiao.records.admissions import Admission, Certificate, Retest, SystemStep
from shixiao.records.algorithm_reviews import AlgorithmReview, ReviewSeat
from shixiao.records.algorithms import (
    Algorithm,
    AlgorithmEdition,
    AlgorithmLog,
    OfAlgorithm,
    PrivacyAssessment,
)
from shixiao.records.appraisals import (
    Appraisal,
    AppraisalComment,
    AppraisalContest,
    AppraisalWeight,
    Appraised,
)
from shixiao.records.assets import AssetEntry, DataAsset
from shixiao.records.bulletins import Bulletin
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
from shixiao.records.catalogue import CatalogueItem, Harvest
from shixiao.records.commissions import Commission, Engagement, Evaluated, Evaluator
from shixiao.records.components import OsvBundle, Sbom
from shixiao.records.conformance import ConformanceReport
from shixiao.records.consultations import (
    DecisionEvent,
    DecisionMatter,
    DraftComment,
    DraftEdition,
    ExpertOpinion,
    OpinionGroup,
    OpinionRun,
    Participant,
    RefusedAct,
    StatementVote,
    VoteStatement,
)
from shixiao.records.corrections import Correction
from shixiao.records.decisions import (
    DecisionCell,
    DecisionCheck,
    DecisionConflict,
    DecisionDelivery,
    DecisionScheme,
    DecisionTable,
    DecisionUses,
    LoggedDecision,
)
from shixiao.records.disputes import Dispute
from shixiao.records.draws import Draw
from shixiao.records.duties import DutyTotals
from shixiao.records.evaluations import Evaluation, Standing
from shixiao.records.evidence import ActivityMap, DailyHash, Evidence
from shixiao.records.fieldwork import (
    Assignment,
    Item,
    Photo,
    Pressure,
    Sheet,
    SigningKey,
)
from shixiao.records.files import StoredFile
from shixiao.records.findings import Finding, Sighting
from shixiao.records.gateways import Exchange, ExchangeTotal, Gateway, GatewayLog, GatewaySource
from shixiao.records.grants import Grant, UsageRecord
from shixiao.records.handling import HandlerFigures
from shixiao.records.hearings import Hearing, HearingSeat
from shixiao.records.incidents import (
    Incident,
    IncidentClock,
    IncidentPerson,
    IncidentReceipt,
)
from shixiao.records.inspections import Inspection, InspectionPlan, Inspector
from shixiao.records.inventories import FoundTable, Inventory
from shixiao.records.leaves import LeafRow, LogHead, SealedValue
from shixiao.records.lifecycle import ControlProof, Custody, DataCopy, LifeStanding
from shixiao.records.matches import MatchDecision, MatchItem, MatchRun
from shixiao.records.meetings import Meeting, Resolution
from shixiao.records.notices import Notice
from shixiao.records.objections import (
    AlikeDecision,
    Objection,
    ObjectionNotice,
    ObjectionVoice,
    PanelMember,
)
from shixiao.records.organisations import Organisation
from shixiao.records.probings import (
    ProbeOutcome,
    Probing,
    Waiver,
    Weakness,
    WeaknessTurn,
)
from shixiao.records.queued import Queued
from shixiao.records.requests import SharingRequest, SharingStep
from shixiao.records.runners import Runner
from shixiao.records.search import Entry, Gram, GramCount
from shixiao.records.standards import Standard, StandardRemark
from shixiao.records.studies import CountRelease
from shixiao.records.systems import (
    EffectPledge,
    InterestContest,
    InterestRuling,
    NeedFile,
    OfSystem,
    ProbeConsent,
    Release,
    System,
    SystemPaper,
)
from shixiao.records.tokens import Token
from shixiao.records.topics import NeedProposal, SearchAsker, SearchTally, VoiceTopic
from shixiao.records.training import Seat, Training, WarningCase
from shixiao.records.voices import (
    ChannelRound,
    ChannelTest,
    OfVoice,
    RoutingFile,
    RoutingModel,
    Voice,
    VoiceDelivery,
    VoiceFile,
    VoiceLink,
    VoicePolicy,
    VoiceRefusal,
    VoiceStep,
)
from shixiao.records.witnesses import Cosignature, Witness

__all__ = [
    "Account",
    "ActivityMap",
    "Admission",
    "Algorithm",
    "AlgorithmEdition",
    "AlgorithmLog",
    "AlgorithmReview",
    "AlikeDecision",
    "Appraisal",
    "AppraisalComment",
    "AppraisalContest",
    "AppraisalWeight",
    "Appraised",
    "AssetEntry",
    "Assignment",
    "Attachment",
    "Bulletin",
    "Case",
    "CatalogueItem",
    "Certificate",
    "ChannelRound",
    "ChannelTest",
    "Commission",
    "ConformanceReport",
    "Contest",
    "ControlProof",
    "Correction",
    "Cosignature",
    "CountRelease",
    "Custody",
    "DailyHash",
    "DataAsset",
    "DataCopy",
    "Decision",
    "DecisionCell",
    "DecisionCheck",
    "DecisionConflict",
    "DecisionDelivery",
    "DecisionEvent",
    "DecisionMatter",
    "DecisionScheme",
    "DecisionTable",
    "DecisionUses",
    "Dispute",
    "DraftComment",
    "DraftEdition",
    "Draw",
    "DutyTotals",
    "EffectPledge",
    "Engagement",
    "Entry",
    "Evaluated",
    "Evaluation",
    "Evaluator",
    "Evidence",
    "Exchange",
    "ExchangeTotal",
    "ExpertOpinion",
    "Finding",
    "FoundTable",
    "Gateway",
    "GatewayLog",
    "GatewaySource",
    "Gram",
    "GramCount",
    "Grant",
    "HandlerFigures",
    "Harvest",
    "Hearing",
    "HearingSeat",
    "Identity",
    "Incident",
    "IncidentClock",
    "IncidentPerson",
    "IncidentReceipt",
    "Inspection",
    "InspectionPlan",
    "Inspector",
    "InterestContest",
    "InterestRuling",
    "Inventory",
    "Item",
    "LeafRow",
    "LifeStanding",
    "LogHead",
    "LoggedDecision",
    "MatchDecision",
    "MatchItem",
    "MatchRun",
    "Matter",
    "Measurement",
    "Meeting",
    "NeedFile",
    "NeedProposal",
    "Notice",
    "Objection",
    "ObjectionNotice",
    "ObjectionVoice",
    "OfAlgorithm",
    "OfSystem",
    "OfVoice",
    "OpinionGroup",
    "OpinionRun",
    "Organisation",
    "OsvBundle",
    "PanelMember",
    "Participant",
    "Photo",
    "Plan",
    "Post",
    "Pressure",
    "PrivacyAssessment",
    "ProbeConsent",
    "ProbeOutcome",
    "Probing",
    "Proposal",
    "Queued",
    "RefusedAct",
    "Relation",
    "Release",
    "Resolution",
    "Retest",
    "ReviewSeat",
    "RoutingFile",
    "RoutingModel",
    "Runner",
    "Sbom",
    "SealedValue",
    "SearchAsker",
    "SearchTally",
    "Seat",
    "SharingRequest",
    "SharingStep",
    "Sheet",
    "Sighting",
    "SigningKey",
    "Standard",
    "StandardRemark",
    "Standing",
    "StatementVote",
    "Step",
    "StoredFile",
    "System",
    "SystemPaper",
    "SystemStep",
    "Token",
    "Training",
    "UsageRecord",
    "Voice",
    "VoiceDelivery",
    "VoiceFile",
    "VoiceLink",
    "VoicePolicy",
    "VoiceRefusal",
    "VoiceStep",
    "VoiceTopic",
    "VoteStatement",
    "Waiver",
    "WarningCase",
    "Weakness",
    "WeaknessTurn",
    "Witness",
]
