"""分级: what grade a table and its columns should have, as a suggestion that a person decides."""

from shixiao.sharing.grading.content import Content, Held
from shixiao.sharing.grading.suggesting import Graded, Suggestion, suggest

__all__ = ["Content", "Graded", "Held", "Suggestion", "suggest"]
