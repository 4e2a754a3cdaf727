"""落盘: is what was stored encrypted, or only written another way? Raw files are searched."""

from shixiao.security.at_rest.canary import Canary
from shixiao.security.at_rest.columns import read_column
from shixiao.security.at_rest.determinism import Sameness, sameness
from shixiao.security.at_rest.scanning import Scan, scan

__all__ = ["Canary", "Sameness", "Scan", "read_column", "sameness", "scan"]
