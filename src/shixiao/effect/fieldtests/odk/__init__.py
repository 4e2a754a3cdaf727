"""ODK and its kin: a protocol out as a form for phones, and what phones sent back in."""

from shixiao.effect.fieldtests.odk.submissions import Submission, read_submissions
from shixiao.effect.fieldtests.odk.xlsform import Item, xlsform

__all__ = ["Item", "Submission", "read_submissions", "xlsform"]
