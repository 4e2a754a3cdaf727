"""The report: self-contained pages in both languages, for the screen and for paper."""

from shixiao.checkup.report.page import fragments, pages, report_html, summary_html
from shixiao.checkup.report.service import usual

__all__ = ["fragments", "pages", "report_html", "summary_html", "usual"]
