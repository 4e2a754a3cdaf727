"""数据元: the registry of data elements, its files and its life."""

from shixiao.sharing.standards.registry.codes import CodeList, code_list
from shixiao.sharing.standards.registry.element import Element
from shixiao.sharing.standards.registry.files import read_elements, sheets_of, yaml_of
from shixiao.sharing.standards.registry.finding import Registry, Suggested
from shixiao.sharing.standards.registry.formats import Format, format_of
from shixiao.sharing.standards.registry.life import Life, Move, check_move, may_move, standards_life

__all__ = [
    "CodeList",
    "Element",
    "Format",
    "Life",
    "Move",
    "Registry",
    "Suggested",
    "check_move",
    "code_list",
    "format_of",
    "may_move",
    "read_elements",
    "sheets_of",
    "standards_life",
    "yaml_of",
]
