"""出件: results out as files that people open."""

from shixiao.exports.workbook import Cell, Sheet, harmless, workbook

__all__ = ["Cell", "Sheet", "harmless", "workbook"]
