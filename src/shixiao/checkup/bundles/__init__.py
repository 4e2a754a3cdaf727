"""复算包: bundles from which anybody, or an auditor, recomputes what was published."""

from shixiao.checkup.bundles.auditor import write_auditor_bundle
from shixiao.checkup.bundles.public import public_bundle
from shixiao.checkup.bundles.reproduction import Difference, Reproduction, reproduce

__all__ = [
    "Difference",
    "Reproduction",
    "public_bundle",
    "reproduce",
    "write_auditor_bundle",
]
