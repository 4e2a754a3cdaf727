"""导入: findings of other tools, each with an identity that stays when they are imported again."""

from shixiao.security.importers.importer import Imported, Paper, Report, importers, read_report

__all__ = ["Imported", "Paper", "Report", "importers", "read_report"]
