"""测试: look at a running system from outside, within a written consent, and say what was seen."""

from shixiao.security.probing.consent import Consent
from shixiao.security.probing.probe import (
    Account,
    Check,
    Described,
    Given,
    Load,
    Probe,
    Profile,
    Seen,
    described,
    probe,
)
from shixiao.security.probing.reach import Answer, NotAssessed, Reach, Sent
from shixiao.security.probing.report import Assessed, Fault, ProbeReport
from shixiao.security.probing.running import run
from shixiao.security.probing.target import Target
from shixiao.security.scoring import Gravity

__all__ = [
    "Account",
    "Answer",
    "Assessed",
    "Check",
    "Consent",
    "Described",
    "Fault",
    "Given",
    "Gravity",
    "Load",
    "NotAssessed",
    "Probe",
    "ProbeReport",
    "Profile",
    "Reach",
    "Seen",
    "Sent",
    "Target",
    "described",
    "probe",
    "run",
]
