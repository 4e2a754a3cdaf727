"""``shixiao backup``: the whole site in one sealed file, while it runs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from shixiao.cli.progress import progress
from shixiao.cli.site import set_up
from shixiao.settings import Settings, Site
from shixiao.terms import Text

MADE = Text(
    "已备份：台账 {rows} 行，文件 {files} 个，账本 {entries} 条。SHA-256 {sha256}",
    "Backed up: {rows} rows, {files} files, {entries} entries of the ledger. SHA-256 {sha256}",
)
WITHOUT_KEYS = Text(
    "备份不含密钥。没有数据密钥就打不开，请另行保存 {keys}。",
    "The backup holds no keys and cannot be opened without them. Keep {keys} elsewhere.",
)
WITH_KEYS = Text(
    "备份含有密钥，拿到它的人能读到一切、能以本站名义签名；请按密钥保管。",
    "The backup holds the keys: whoever has it reads everything and signs as this site."
    " Keep it like a key.",
)
quiet_option = click.option("--quiet", is_flag=True, help="不显示进度 · no progress")


@click.command(
    help="备份：运行中即可做 · back up the site while it runs.\n\n"
    "FILE: 新文件，只有本人可读 · a new file, readable by its owner alone."
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--with-keys", is_flag=True, help="连同密钥 · with the keys")
@quiet_option
def backup(file: Path, with_keys: bool, quiet: bool) -> None:
    """Write the backup and say what is in it."""
    set_up()
    from shixiao.workflows.backups import make_backup

    language = Settings.from_environment().language
    with progress(language=language, quiet=quiet) as report:
        made = make_backup(file, with_keys=with_keys, at=datetime.now(UTC), progress=report)
    click.echo(filled(MADE, made).in_language(language))
    note = WITH_KEYS if with_keys else WITHOUT_KEYS
    keys = str(Site.from_environment().data / "keys")
    click.echo(note.format(keys=keys).in_language(language), err=True)


def filled(text: Text, summary: object) -> Text:
    """Fill in what a backup holds."""
    names = ("rows", "files", "entries", "sha256")
    return text.format(**{name: getattr(summary, name) for name in names})
