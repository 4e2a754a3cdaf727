"""``shixiao design``: a planned service on the scales before it is built, with no log."""

from __future__ import annotations

import json
from pathlib import Path

import click

from shixiao.checkup.design import check_design, design_json, design_xlsx
from shixiao.cli.design_table import show
from shixiao.cli.folders import deliver
from shixiao.cli.progress import progress
from shixiao.rules import load_pack
from shixiao.settings import Settings

FILES = ("result.json", "design.xlsx")


@click.command(
    help="设计体检：上线前比较网上与窗口的要求 · check a planned service before it is built.\n\n"
    "PACKAGE: an evidence package (folder or zip) with requirements.csv, and elements, datasets, "
    "services, departments, apps, forms, targets where there are any; no log is needed."
)
@click.argument("package", type=click.Path(path_type=Path), metavar="PACKAGE")
@click.option(
    "--rules",
    "packs",
    multiple=True,
    metavar="PACK",
    help="规则包，可叠加 · rule pack, may be given again to layer  [default: cn-2026]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="输出目录：result.json、design.xlsx · folder for the results",
)
@click.option("--json", "as_json", is_flag=True, help="只在标准输出打印 JSON · print JSON only")
@click.option("--quiet", is_flag=True, help="不显示进度 · no progress")
def design(
    package: Path, packs: tuple[str, ...], out: Path | None, as_json: bool, quiet: bool
) -> None:
    """Check, deliver, print."""
    settings = Settings.from_environment()
    rules = load_pack(*packs)
    with progress(language=settings.language, quiet=quiet) as report:
        check = check_design(package, rules=rules, settings=settings, progress=report)
    found = design_json(check)
    if out is not None:
        written = json.dumps(found, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
        deliver(out, dict(zip(FILES, (written.encode(), design_xlsx(check)), strict=True)))
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, allow_nan=False))
        return
    show(check, language=settings.language)
    if out is not None:
        label = "体检表" if settings.language == "zh" else "Tables"
        click.echo(f"{label}: {out / FILES[1]}")
