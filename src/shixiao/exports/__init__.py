"""出件: results out as files that people open."""

from shixiao.exports.delimited import delimited, delimited_files
from shixiao.exports.document import Document
from shixiao.exports.sheets import Cell, Sheet, harmless
from shixiao.exports.workbook import workbook

__all__ = ["Cell", "Document", "Sheet", "delimited", "delimited_files", "harmless", "workbook"]
