"""The report: self-contained pages in both languages, for the screen and for paper."""

from shixiao.checkup.report.page import pages, report_html

__all__ = ["pages", "report_html"]
