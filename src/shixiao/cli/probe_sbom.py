"""``shixiao probe sbom``: is a known vulnerability in what a system is made of?

Exit code 0 where nothing stands against admission, 1 where something does or could not be assessed.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from shixiao.cli.probe_table import show_findings
from shixiao.cli.sign import public_key
from shixiao.rules import load_pack
from shixiao.security.components import assess, read_bundle, read_sbom
from shixiao.security.probing import ProbeReport
from shixiao.settings import Settings

NO = 1
PROFILE = "components"
DAYS = 7


@click.command(
    help="组件：软件物料清单对照签过名的漏洞库 · an SBOM against a signed bundle of"
    " vulnerabilities.\n\nSBOM: CycloneDX JSON."
)
@click.argument("sbom_file", metavar="SBOM", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--osv",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="漏洞库包 · bundle of OSV records",
)
@click.option(
    "--key",
    "key_given",
    required=True,
    metavar="VKEY|FILE",
    help="漏洞库发布方的公钥 · public key of its publisher",
)
@click.option(
    "--days",
    type=click.IntRange(1, 365),
    default=DAYS,
    show_default=True,
    help="漏洞库最多几天前的 · how old the bundle may be",
)
@click.option("--json", "as_json", is_flag=True, help="只在标准输出打印 JSON · print JSON only")
def sbom(sbom_file: Path, osv: Path, key_given: str, days: int, as_json: bool) -> None:
    """Hold the components of an SBOM against a bundle."""
    begun, rules = datetime.now(UTC), load_pack()
    components = read_sbom(sbom_file)
    wanted = frozenset((each.ecosystem, each.name) for each in components)
    bundle = read_bundle(osv, public_key(key_given, option="--key"), only=wanted)
    report = ProbeReport(
        target=sbom_file.name,
        profile=PROFILE,
        probes=assess(components, bundle, now=begun, days=days),
        begun=begun,
        ended=datetime.now(UTC),
        sent=(),
        health=(),
    )
    if as_json:
        made = {
            "made": bundle.made.isoformat(),
            "sha256": bundle.hash,
            "ecosystems": sorted(bundle.ecosystems),
        }
        said = {**report.to_json(rules), "components": len(components), "bundle": made}
        click.echo(json.dumps(said, ensure_ascii=False))
    else:
        show_findings(report, rules, language=Settings.from_environment().language)
    if not report.admissible(rules):
        sys.exit(NO)
