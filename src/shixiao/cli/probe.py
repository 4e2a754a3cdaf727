"""``shixiao probe``: look at a running system from outside, and say what was seen.

Exit code 0 where nothing stands against admission, 1 where something does or could not be assessed.
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import click

from shixiao.cli.probe_files import read_accounts
from shixiao.cli.probe_table import show
from shixiao.cli.progress import progress
from shixiao.rules import load_pack
from shixiao.security.probing import Consent, Given, Load, Profile, Target, run
from shixiao.settings import Settings
from shixiao.terms import BadInput, Text

NO = 1
FASTEST, SLOWEST = 200.0, 60_000.0  # requests a second; milliseconds
HALF = Text(
    "--load 与 --within 须一起给出：每秒多少个请求、95% 在多少毫秒内。",
    "--load and --within go together: requests a second, and the ms within which 95 of 100 are"
    " answered.",
)
NO_PATH = Text(
    "“{path}”不是路径；路径以 / 开头，没有空格和汉字。",
    "“{path}” is no path; it begins with / and holds no blanks and ASCII alone.",
)


#: Subcommands that are loaded when they are called: they bring much that a target does not need.
OTHERS = {
    "at-rest": ("probe_at_rest", "at_rest"),
    "backup": ("probe_backup", "backup"),
    "canary": ("probe_at_rest", "canary"),
    "import": ("probe_import", "import_"),
    "osv": ("probe_osv", "osv"),
    "runner": ("probe_runner", "runner"),
    "sbom": ("probe_sbom", "sbom"),
}


class Probing(click.Group):
    """A group whose first word is a target unless it names a subcommand."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the name of the usual subcommand before a target."""
        known = {*self.commands, *OTHERS, "-h", "--help"}
        if args and args[0] not in known:
            args = ["target", *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of help pages."""
        return sorted({*super().list_commands(ctx), *OTHERS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a subcommand."""
        if cmd_name not in OTHERS:
            return super().get_command(ctx, cmd_name)
        module, name = OTHERS[cmd_name]
        command = getattr(import_module(f"shixiao.cli.{module}"), name)
        assert isinstance(command, click.Command)  # noqa: S101 - each module defines its own
        return command


@click.group(
    cls=Probing,
    help="测试 · look at a running system from outside, and say what was seen.\n\n"
    "shixiao probe https://host/ --profile web --consent consent.yaml",
)
def probe() -> None:
    """Hold the subcommands together."""


@probe.command(
    help="测试一个在运行的系统 · probe a running system.\n\n"
    "TARGET: https://host[:port]/path, http://…, postgresql://host, or host:port. Anything but "
    "this very machine needs a written consent (--consent): hosts, ports, networks, starts, ends, "
    "rate, most, heavy, contact, reference."
)
@click.argument("target")
@click.option(
    "--profile",
    type=click.Choice([str(each) for each in Profile]),
    default=str(Profile.WEB),
    show_default=True,
    help="测哪一组 · which probes",
)
@click.option(
    "--ca",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="另外信任的根证书 · certificates trusted besides the public ones",
)
@click.option(
    "--consent",
    "consent_file",
    type=click.Path(path_type=Path),
    help="书面同意（YAML） · the written consent",
)
@click.option(
    "--accounts",
    "accounts_file",
    type=click.Path(path_type=Path),
    help="登录地址、两个测试账号、接口令牌（YAML） · the login, two test accounts, a token",
)
@click.option("--openapi", default="", metavar="PATH", help="接口描述的路径 · path of the OpenAPI")
@click.option(
    "--national",
    is_flag=True,
    help="必须有国密通道，否则一票否决 · a path by national algorithms is a must",
)
@click.option(
    "--tools",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".probes"),
    envvar="SHIXIAO_PROBES",
    help="make probes 建的环境 · environment made by make probes",
)
@click.option(
    "--load",
    type=click.FloatRange(0, FASTEST, min_open=True),
    metavar="N",
    help="要承受每秒多少个请求 · requests a second that it has to bear",
)
@click.option(
    "--within",
    type=click.FloatRange(0, SLOWEST, min_open=True),
    metavar="MS",
    help="95% 的请求要在多少毫秒内得到应答 · within which 95 of 100 are answered",
)
@click.option(
    "--load-path",
    "load_paths",
    multiple=True,
    metavar="PATH",
    help="加压时轮流访问的路径 · paths that are asked for under load",
)
@click.option(
    "--log",
    "log_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="发出的每个请求写到这里（JSON 行） · write every request that was sent",
)
@click.option("--json", "as_json", is_flag=True, help="只在标准输出打印 JSON · print JSON only")
@click.option("--quiet", is_flag=True, help="不显示进度 · no progress")
def target(
    target: str,
    profile: str,
    ca: Path | None,
    consent_file: Path | None,
    accounts_file: Path | None,
    openapi: str,
    national: bool,
    tools: Path,
    load: float | None,
    within: float | None,
    load_paths: tuple[str, ...],
    log_file: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Probe a running system and print what was seen."""
    place, now = Target.parse(target), datetime.now(UTC)
    consent = _consent(place, consent_file, now)
    lent = read_accounts(accounts_file)
    borne = _load(load, within, load_paths)
    rules, spoken = load_pack(), Settings.from_environment().language
    with (
        tempfile.TemporaryDirectory() as workshop,
        progress(language=spoken, quiet=quiet) as tell,
    ):
        report = run(
            place,
            Profile(profile),
            consent=consent,
            given=Given(
                ca=ca,
                openapi=openapi,
                login=lent.login,
                fields=lent.fields,
                accounts=lent.accounts,
                token=lent.token,
                workshop=Path(workshop),
                national=national,
                tools=tools.absolute(),
                load=borne,
            ),
            now=lambda: datetime.now(UTC),
            tell=tell,
        )
    if log_file is not None:
        log_file.write_text(report.log(), "utf-8")
    if as_json:
        click.echo(json.dumps(report.to_json(rules), ensure_ascii=False))
    else:
        show(report, rules, language=spoken)
    if not report.admissible(rules):
        sys.exit(NO)


def _load(rate: float | None, within: float | None, paths: tuple[str, ...]) -> Load | None:
    """Return what the target has to bear; None where nothing was said.

    Raises:
        BadInput: only a part of it was said, or a path is none.
    """
    if rate is None and within is None and not paths:
        return None
    if rate is None or within is None:
        raise BadInput(HALF)
    for path in paths:
        if not path.startswith("/") or not path.isascii() or any(map(str.isspace, path)):
            raise BadInput(NO_PATH.format(path=path[:80]))
    return Load(rate, within, paths)


def _consent(place: Target, path: Path | None, now: datetime) -> Consent:
    """Return the consent that was given, or that of whoever runs this machine.

    Raises:
        BadInput: there is none, or it does not cover the target.
    """
    if path is None:
        if place.own:
            return Consent.of_own_machine(place, now=now)
        raise BadInput(
            Text(
                f"测试 {place.host} 须有书面同意：请用 --consent 给出同意书；没有发出任何请求。",
                f"Probing {place.host} needs a written consent: name it by --consent. Nothing was"
                " sent.",
            )
        )
    consent = Consent.read(path)
    why = consent.why_not(place, now=now)
    if why is not None:
        raise BadInput(why, file=path.name)
    return consent
