"""Handling: the course of a matter as data, what bad input is, and where a test contact ended."""

from shixiao.voice.handling.course import (
    Course,
    Policy,
    Told,
    ended,
    pass_day,
    receive,
    step,
    table,
)
from shixiao.voice.handling.entering import Entry, checked, marks
from shixiao.voice.handling.testing import Contact, Shares, shares

__all__ = [
    "Contact",
    "Course",
    "Entry",
    "Policy",
    "Shares",
    "Told",
    "checked",
    "ended",
    "marks",
    "pass_day",
    "receive",
    "shares",
    "step",
    "table",
]
