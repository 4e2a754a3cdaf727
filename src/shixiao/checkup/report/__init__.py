"""The report: one self-contained HTML file in both languages, for the screen and for paper."""

from shixiao.checkup.report.page import report_html

__all__ = ["report_html"]
