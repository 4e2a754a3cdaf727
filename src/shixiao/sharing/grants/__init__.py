"""授权: who may have which fields, for which purpose and kind of case, until when, by which law."""

from shixiao.sharing.grants.checking import check, check_all, faults
from shixiao.sharing.grants.grant import Condition, Grant, Key, Mode, Person
from shixiao.sharing.grants.index import Entry, GrantIndex, compile_index, read_index, write_index
from shixiao.sharing.grants.masking import masker
from shixiao.sharing.grants.oaas import from_oaas, read_oaas, to_oaas, write_oaas
from shixiao.sharing.grants.shapes import Shape

__all__ = [
    "Condition",
    "Entry",
    "Grant",
    "GrantIndex",
    "Key",
    "Mode",
    "Person",
    "Shape",
    "check",
    "check_all",
    "compile_index",
    "faults",
    "from_oaas",
    "masker",
    "read_index",
    "read_oaas",
    "to_oaas",
    "write_index",
    "write_oaas",
]
