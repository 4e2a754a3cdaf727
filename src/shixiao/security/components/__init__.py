"""组件: is a known vulnerability in what a system is made of? SBOM against a signed bundle."""

from shixiao.security.components.bundle import Bundle, read_bundle, write_bundle
from shixiao.security.components.matching import assess, summed
from shixiao.security.components.records import read_exploited, read_records
from shixiao.security.components.sbom import Component, parse_sbom, read_sbom

__all__ = [
    "Bundle",
    "Component",
    "assess",
    "parse_sbom",
    "read_bundle",
    "read_exploited",
    "read_records",
    "read_sbom",
    "summed",
    "write_bundle",
]
