"""设计体检: what does a planned service ask for that the counter asks for, or government has?"""

from shixiao.checkup.design.checking import DesignCheck, check_design
from shixiao.checkup.design.result import answer, design_json, design_xlsx

__all__ = ["DesignCheck", "answer", "check_design", "design_json", "design_xlsx"]
