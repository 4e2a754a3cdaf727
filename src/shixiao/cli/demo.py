"""``shixiao demo``: a small city, or a user's own evidence, on a site of its own to look at."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import click
from django.utils import timezone

from shixiao.cli import processes
from shixiao.cli.progress import progress
from shixiao.cli.site import bring_up_to_date, set_up
from shixiao.potemkin.city import write_city
from shixiao.settings import Settings
from shixiao.terms import BadInput, Text

SEED = 20260101
HEAD = Text(
    "账号（口令只显示这一次；重新运行 demo 会换新口令）",
    "Accounts (passwords are shown this once; running the demo again makes new ones)",
)
OPEN = Text(
    "网站：http://127.0.0.1:{port}（按 Ctrl+C 停止）",
    "The site: http://127.0.0.1:{port} (Ctrl+C stops it)",
)
NOT_OURS = Text(
    "目录里有别的文件，演示会清空它；请换一个目录。",
    "the folder holds other files, and the demo would empty it; choose another one",
)
MARK = ".shixiao-demo"


@click.command(help="演示：样板城的网站 · a site with a small example city.")
@click.option(
    "--evidence",
    type=click.Path(path_type=Path, exists=True),
    help="改用自己的日志或证据包 · take your own log or package instead",
)
@click.option(
    "--out",
    default=Path("build/demo"),
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="网站的数据目录，每次重建 · data folder of the site, made anew each time",
)
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="端口 · port"
)
@click.option("--no-serve", is_flag=True, help="只准备，不启动 · prepare only, do not start it")
@click.option("--quiet", is_flag=True, help="不显示进度 · no progress")
def demo(evidence: Path | None, out: Path, port: int, no_serve: bool, quiet: bool) -> None:
    """Prepare the site, print who can sign in, and open it."""
    language = Settings.from_environment().language
    _clear(out)
    os.environ["SHIXIAO_DATA"] = str(out.absolute())
    os.environ.pop("DATABASE_URL", None)
    set_up()
    from shixiao.workflows.example import prepare

    with (
        tempfile.TemporaryDirectory(prefix="shixiao-demo-") as folder,
        progress(language=language, quiet=quiet) as report,
    ):
        bring_up_to_date(report)
        package = evidence
        if package is None:
            report(Text("生成样板城", "Building the example city"))
            package = write_city(Path(folder) / "city", size="small", seed=SEED)
        signs = prepare(package, now=timezone.now(), progress=report)
    click.echo(HEAD.in_language(language))
    for sign in signs:
        click.echo(f"  {sign.login:<14} {sign.password}   {sign.role.in_language(language)}")
    if no_serve:
        return
    click.echo(OPEN.format(port=port).in_language(language))
    processes.run_together(
        [
            processes.web(host="127.0.0.1", port=port, workers=1),
            processes.worker(),
            processes.sequencer(),
        ]
    )


def _clear(out: Path) -> None:
    """Empty the folder of an earlier demo; any other folder that is not empty is refused."""
    if out.exists() and any(out.iterdir()):
        if not (out / MARK).exists():
            raise BadInput(NOT_OURS, file=str(out))
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).touch()
