"""``shixiao voice``: what do messages speak of, which are copies, who decides, and who agrees?"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from shixiao.cli.progress import progress
from shixiao.settings import Settings
from shixiao.terms import Text

FILE = click.Path(path_type=Path, dir_okay=False)
Command = Callable[..., None]
READING = Text("读取", "Reading")
LATER = Text(
    "{n} 条的时间晚于截止日，不计入热度和趋势；请核对年份。",
    "{n} messages have a time after the last day and count in no heat and no trend; check the"
    " year.",
)


@click.group(
    help="民意：留言的热点、重复、分派，意见分组 · topics, copies and routing of messages, groups"
    " of opinion."
)
def voice() -> None:
    """Hold the subcommands together."""


_json = click.option(
    "--json", "as_json", is_flag=True, help="只在标准输出打印 JSON · print JSON only"
)
_quiet = click.option("--quiet", is_flag=True, help="不显示进度 · no progress")
_packs = click.option(
    "--rules",
    "packs",
    multiple=True,
    metavar="PACK",
    help="规则包，可叠加 · rule pack, may be given again to layer  [default: cn-2026]",
)
_seed = click.option("--seed", default=20260101, show_default=True, help="随机种子 · random seed")


def _columns(command: Command) -> Command:
    """Add the options that say what the columns of messages mean."""
    options = (
        ("text", "内容 · what was written"),
        ("title", "标题 · subject"),
        ("likes", "点赞数 · reactions in favour"),
        ("time", "时间 · when"),
        ("place", "地区 · where"),
        ("id", "编号 · id"),
        ("person", "留言人 · who"),
    )
    for name, about in reversed(options):
        command = click.option(f"--{name}", metavar="COL", help=f"{about}")(command)
    return command


@voice.command(
    help="重复与集体留言 · near-duplicates, campaigns and what each person added.\n\n"
    "FILE: CSV (UTF-8, GB18030), XLSX, Parquet or JSON lines; columns are recognised or named."
)
@click.argument("file", type=FILE, metavar="FILE")
@_columns
@_packs
@_json
@_quiet
def duplicates(
    *, file: Path, packs: tuple[str, ...], as_json: bool, quiet: bool, **columns: str | None
) -> None:
    """Read, group, print."""
    from shixiao.cli.voice_table import show_duplicates
    from shixiao.rules import load_pack
    from shixiao.voice import Columns, read_messages
    from shixiao.voice import duplicates as found_in

    settings = Settings.from_environment()
    rules = load_pack(*packs)
    with progress(language=settings.language, quiet=quiet) as report:
        report(READING)
        messages = read_messages(file, Columns(**columns))
        report(Text("查找重复", "Looking for copies"))
        groups = found_in(messages.rows, rules=rules)
    answer = {
        "schema": "shixiao/voice-duplicates/1",
        "messages": len(messages.rows),
        "groups": [group.to_json(messages.rows) for group in groups],
        **_about(messages.notes, rules),
    }
    _print(answer, as_json, show_duplicates, settings.language)


@voice.command(
    help="热点话题 · what many people speak of, the hottest first.\n\n"
    "FILE: CSV (UTF-8, GB18030), XLSX, Parquet or JSON lines; columns are recognised or named."
)
@click.argument("file", type=FILE, metavar="FILE")
@_columns
@click.option(
    "--now",
    metavar="DATE",
    type=click.DateTime(["%Y-%m-%d"]),
    help="热度和趋势算到哪一天为止 · day up to which heat and trends count"
    "  [default: the last one in FILE, not after today]",
)
@_seed
@_packs
@_json
@_quiet
def topics(
    *,
    file: Path,
    now: datetime | None,
    seed: int,
    packs: tuple[str, ...],
    as_json: bool,
    quiet: bool,
    **columns: str | None,
) -> None:
    """Read, group, print."""
    from shixiao.cli.voice_table import show_topics
    from shixiao.rules import load_pack
    from shixiao.voice import Columns, read_messages
    from shixiao.voice import topics as found_in
    from shixiao.voice.heat import last_known

    settings = Settings.from_environment()
    rules = load_pack(*packs)
    with progress(language=settings.language, quiet=quiet) as report:
        report(READING)
        messages = read_messages(file, Columns(**columns))
        report(Text("归并话题", "Grouping by topic"))
        end = (now or datetime.now()).replace(hour=23, minute=59, second=59)
        last, later = last_known(messages.rows, until=end)
        found = found_in(messages.rows, rules=rules, seed=seed, now=end if now else last)
    notes = (*messages.notes, *([LATER.format(n=later)] if later else []))
    answer = {
        "schema": "shixiao/voice-topics/1",
        "messages": len(messages.rows),
        "topics": [topic.to_json(messages.rows) for topic in found],
        **_about(notes, rules),
    }
    _print(answer, as_json, show_topics, settings.language)


@voice.command(
    help="自动分派 · learn from sorted messages which class or department the others are for.\n\n"
    "TRAIN: messages with a label each. FILE: messages to route; labels in it are tested, not used."
)
@click.argument("train", type=FILE, metavar="TRAIN")
@click.argument("file", type=FILE, metavar="FILE")
@click.option("--label", metavar="COL", help="类别或部门 · class or department")
@_columns
@_seed
@_packs
@_json
@_quiet
def route(
    *,
    train: Path,
    file: Path,
    label: str | None,
    seed: int,
    packs: tuple[str, ...],
    as_json: bool,
    quiet: bool,
    **columns: str | None,
) -> None:
    """Read both, learn, route, print."""
    from shixiao.cli.voice_table import show_routes
    from shixiao.rules import load_pack
    from shixiao.voice import Columns, read_messages
    from shixiao.voice import train as learnt

    settings = Settings.from_environment()
    rules = load_pack(*packs)
    with progress(language=settings.language, quiet=quiet) as report:
        report(READING)
        known = read_messages(
            train, Columns(**_there(columns, train, file), label=label), label=True
        )
        messages = read_messages(file, Columns(**_there({**columns, "label": label}, file)))
        report(Text("学习", "Learning"))
        router = learnt(known.rows, rules=rules, seed=seed)
        report(Text("分派", "Routing"))
        answer = {
            "schema": "shixiao/voice-routes/1",
            **router.to_json(messages.rows),
            **_about((*known.notes, *messages.notes), rules),
        }
    _print(answer, as_json, show_routes, settings.language)


def _there(
    columns: dict[str, str | None], file: Path, other: Path | None = None
) -> dict[str, str | None]:
    """Return the named columns that a file has, and those that neither has, to be refused."""
    from shixiao.evidence.mapping import normal
    from shixiao.voice.reading import column_names

    names = {normal(name) for name in column_names(file)}
    named = {key: normal(name) for key, name in columns.items() if name}
    away = {normal(name) for name in column_names(other)} if other else {*named.values()}
    gone = {key for key, name in named.items() if name in away - names}
    return {key: None if key in gone else name for key, name in columns.items()}


@voice.command(
    help="意见分组与共识 · groups of opinion, what all of them agree on, and brigades.\n\n"
    "VOTES: a row per vote (Pol.is votes.csv) or per person (participants-votes.csv)."
)
@click.argument("votes", type=FILE, metavar="VOTES")
@click.option("--given", type=FILE, metavar="GROUPS", help="采用已有的分组 · take these groups")
@click.option(
    "--comments", type=FILE, metavar="FILE", help="表态句的表，已撤下的不计 · moderated statements"
)
@_seed
@_packs
@_json
@_quiet
def groups(
    *,
    votes: Path,
    given: Path | None,
    comments: Path | None,
    seed: int,
    packs: tuple[str, ...],
    as_json: bool,
    quiet: bool,
) -> None:
    """Read, group or take the groups, print."""
    from shixiao.cli.voice_table import show_groups
    from shixiao.rules import load_pack
    from shixiao.voice import opinions, read_ballots, read_groups, read_moderated

    settings = Settings.from_environment()
    rules = load_pack(*packs)
    with progress(language=settings.language, quiet=quiet) as report:
        report(READING)
        ballots = read_ballots(votes)
        published = None if given is None else read_groups(given)
        out = frozenset[str]() if comments is None else read_moderated(comments)
        report(Text("分组", "Grouping"))
        found = opinions(ballots, rules=rules, given=published, moderated=out, seed=seed)
    answer = {"schema": "shixiao/voice-groups/1", **found.to_json(), **_about((), rules)}
    _print(answer, as_json, show_groups, settings.language)


def _about(notes: Sequence[Text], rules: Any) -> dict[str, Any]:
    return {
        "notes": [note.to_json() for note in notes],
        "rules": {"name": rules.name, "hash": rules.hash},
    }


def _print(answer: dict[str, Any], as_json: bool, show: Callable[..., None], language: str) -> None:
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=1))
        return
    show(answer, language=language)
