"""Voices of an invented city: what people ask for, who copies, who is not heard; truth apart."""

from shixiao.potemkin.voices.grading import Grade, grade
from shixiao.potemkin.voices.writing import Voices, draw_voices, write_voices

__all__ = ["Grade", "Voices", "draw_voices", "grade", "write_voices"]
