"""``shixiao restore``: a backup into an empty site, all of it or nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from shixiao.cli.backup import filled, quiet_option
from shixiao.cli.progress import progress
from shixiao.cli.site import bring_up_to_date, set_up
from shixiao.seals import key_file
from shixiao.seals.boxes import keys_in
from shixiao.settings import Settings, Site
from shixiao.terms import BadInput, Text

RESTORED = Text(
    "已恢复：台账 {rows} 行，文件 {files} 个，账本 {entries} 条，逐条与台账相符。SHA-256 {sha256}",
    "Restored: {rows} rows, {files} files, {entries} entries of the ledger, each as in the records."
    " SHA-256 {sha256}",
)
OTHER_KEYS = Text(
    "本站已有另一把密钥 {name}，不会被覆盖；请把 SHIXIAO_DATA 指向空目录。",
    "this site has another key {name}, which is not written over; point SHIXIAO_DATA to an empty"
    " folder",
)


@click.command(
    help="恢复：把备份装入空的站点 · restore a backup into an empty site.\n\n"
    "FILE: 备份文件 · the backup. 不含密钥的备份要先放好密钥 · put the keys in place first when "
    "the backup holds none."
)
@click.argument("file", type=click.Path(path_type=Path))
@quiet_option
def restore(file: Path, quiet: bool) -> None:
    """Fill the site from the backup, all of it or nothing."""
    _lay_keys(file)
    set_up()
    from shixiao.workflows.backups import restore_backup

    language = Settings.from_environment().language
    with progress(language=language, quiet=quiet) as report:
        bring_up_to_date(report)
        done = restore_backup(file, at=datetime.now(UTC), progress=report)
    click.echo(filled(RESTORED, done).in_language(language))


def _lay_keys(file: Path) -> None:
    """Put the keys of the backup in place, before anything makes new ones."""
    folder = Site.from_environment().data / "keys"
    for name, data in keys_in(file).items():
        if key_file(folder / name, data.decode) != data:
            raise BadInput(OTHER_KEYS.format(name=name), file=file.name)
