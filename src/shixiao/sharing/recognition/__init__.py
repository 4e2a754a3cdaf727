"""识别: what a column holds, by its values and by its name."""

from shixiao.sharing.recognition.judging import Column, Recognition, recognise, recognise_name
from shixiao.sharing.recognition.names import Hint, hints_of
from shixiao.sharing.recognition.register import Kind, Recogniser, kinds, recognisers, register
from shixiao.sharing.recognition.shapes import shape_of
from shixiao.sharing.recognition.values import plain, solid

__all__ = [
    "Column",
    "Hint",
    "Kind",
    "Recogniser",
    "Recognition",
    "hints_of",
    "kinds",
    "plain",
    "recognise",
    "recognise_name",
    "recognisers",
    "register",
    "shape_of",
    "solid",
]
