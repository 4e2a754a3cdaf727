"""``shixiao draw``: a draw that anybody can compute again, and what belongs to it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from shixiao.cli.draw_files import FROZEN, SCHEMAS, holding, parsed, salt_of, seal, tell, write
from shixiao.cli.draw_records import replace, script, verify
from shixiao.cli.draw_text import answer_of, drawn_lines, frozen_lines
from shixiao.cli.progress import Report, progress
from shixiao.settings import Settings
from shixiao.terms import BadInput, Text

if TYPE_CHECKING:
    from shixiao.draw import Frozen


class _Draws(click.Group):
    """A group in which ``shixiao draw POOL`` means ``shixiao draw take POOL``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the name of the command in front where none is given."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["take", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=_Draws,
    help="抽签：按配额、按权重或普通抽取，人人可以复算 · draw under quotas, by weight or plainly; "
    "anybody can compute it again.\n\n"
    "shixiao draw POOL … 就是 shixiao draw take POOL … · the two are the same.",
)
def draw() -> None:
    """Hold the subcommands together."""


for _command in (verify, replace, script):
    draw.add_command(_command)


def _pool_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add what describes a pool and a draw from it."""
    path = click.Path(path_type=Path)
    options = (
        click.argument("pool", type=path, metavar="POOL"),
        click.option(
            "--quotas",
            type=path,
            metavar="FILE",
            help="配额：category, feature, min, max（类别、特征、下限、上限）· quotas",
        ),
        click.option("--size", type=int, metavar="K", help="抽取人数 · how many are drawn"),
        click.option("--weights", metavar="COL", help="权重列 · column of weights"),
        click.option(
            "--floor",
            metavar="P",
            help="加权抽样的最低入选概率 · least probability of a weighted sample",
        ),
        click.option("--id", "id_column", metavar="COL", help="编号列 · column of ids"),
        click.option(
            "--exclude",
            type=path,
            metavar="FILE",
            help="排除名单：id, reason（编号、理由）· who is left out, and why",
        ),
        click.option(
            "--algorithm",
            metavar="NAME",
            help="leximin、maximin（需配额）、pps（需权重）、plain · leximin and maximin need "
            "quotas, pps needs weights",
        ),
        click.option(
            "--tag",
            default="",
            metavar="TEXT",
            help="本次抽签的名称，共用种子的各次抽签以此相互独立 · name of this draw; draws that "
            "share a seed are independent by it",
        ),
        click.option(
            "--salt-file",
            type=path,
            metavar="FILE",
            help="保密的盐值；公开记录中只有加盐哈希 · secret salt; the record then has salted "
            "hashes instead of ids",
        ),
        click.option(
            "--json", "as_json", is_flag=True, help="只在标准输出打印 JSON · print JSON only"
        ),
        click.option("--quiet", is_flag=True, help="不显示进度 · no progress"),
    )
    for option in reversed(options):
        command = option(command)
    return command


@draw.command(
    help="抽签并写出可复算的记录 · draw, and write a record to compute it again from.\n\n"
    "POOL: CSV、XLSX 或 Parquet，一行一个；没有编号列时用行号 · one row each; without a column of "
    "ids, row numbers are used."
)
@_pool_options
@click.option("--seed", metavar="HEX", help="种子，十六进制 · seed")
@click.option(
    "--announced",
    metavar="TEXT",
    help="预先公告的公开数值，如两种彩票的开奖号码 · public value announced in advance",
)
@click.option("--ledger-head", metavar="HEX", help="账本根哈希 · root of the ledger")
@click.option("--replacements", default=0, metavar="N", help="候补人数 · how many stand in")
@click.option(
    "--frozen",
    "frozen_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="按 draw freeze 冻结的内容抽签 · draw from what draw freeze has frozen",
)
@click.option(
    "--redraw-of",
    type=click.Path(path_type=Path),
    metavar="TRANSCRIPT",
    help="被推翻的抽签记录 · record of the draw that is put aside",
)
@click.option("--reason", metavar="TEXT", help="重新抽签的理由，将公开 · why, in public")
@click.option(
    "--sealed", is_flag=True, help="封存：先公布承诺值，日后开封 · publish a commitment, open later"
)
@click.option("--nonce", metavar="HEX", help="封存用的随机数；默认随机生成 · of the commitment")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="记录文件；默认以哈希命名 · the record; named by its hash by default",
)
def take(
    *,
    seed: str | None,
    announced: str | None,
    ledger_head: str | None,
    replacements: int,
    frozen_file: Path | None,
    redraw_of: Path | None,
    reason: str | None,
    sealed: bool,
    nonce: str | None,
    out: Path | None,
    as_json: bool,
    quiet: bool,
    **given: Any,
) -> None:
    """Draw, write the record, say who was drawn."""
    from shixiao import draw as room

    _check_seed(seed, announced, ledger_head)
    former = holding(redraw_of) if redraw_of else None
    language = Settings.from_environment().language
    with progress(language=language, quiet=quiet) as report:
        pool = _frozen(frozen_file=frozen_file, report=report, **given)
        if announced is not None and ledger_head is not None:
            tag = pool.body["tag"]
            seed = room.seed_of(pool.root, announced=announced, head=ledger_head, tag=tag)
        report(Text("抽签", "Drawing"))
        drawn = room.draw(
            pool,
            seed=seed or "",
            replacements=replacements,
            announced=announced,
            head=ledger_head,
            redraw_of=former,
            reason=reason,
        )
    answer = answer_of(drawn.transcript, pool.ids)
    if sealed:
        answer |= seal(drawn.transcript, nonce or secrets.token_hex(32), out)
    else:
        answer["transcript"] = str(write(drawn.transcript, out, "draw"))
    tell(answer, drawn_lines(answer), as_json=as_json, language=language)


@draw.command(
    help="冻结备选名单，写出公布用的根哈希 · freeze a pool and print the root to publish before "
    "the draw."
)
@_pool_options
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="冻结文件；默认以根哈希命名 · the frozen pool; named by its hash by default",
)
def freeze(*, out: Path | None, as_json: bool, quiet: bool, **given: Any) -> None:
    """Freeze, write the file, print the root."""
    language = Settings.from_environment().language
    with progress(language=language, quiet=quiet) as report:
        frozen = _frozen(frozen_file=None, report=report, **given)
    content = {"schema": SCHEMAS[FROZEN], "root": frozen.root, "frozen": frozen.body}
    answer = {
        "root": frozen.root,
        "algorithm": frozen.algorithm,
        "p_min": round(float(min(frozen.chances)), 12),
        "size": frozen.size,
        "people": len(frozen.body["people"]),
        "frozen": str(write(content, out, FROZEN)),
    }
    tell(answer, frozen_lines(answer), as_json=as_json, language=language)


def _frozen(
    *,
    pool: Path,
    quotas: Path | None,
    size: int | None,
    weights: str | None,
    floor: str | None,
    id_column: str | None,
    exclude: Path | None,
    algorithm: str | None,
    tag: str,
    salt_file: Path | None,
    frozen_file: Path | None,
    report: Report,
) -> Frozen:
    """Freeze what the options describe, or take what was frozen before."""
    from shixiao import draw as room

    salt = salt_of(salt_file)
    if frozen_file is not None:
        if any((quotas, size, weights, floor, exclude, algorithm, tag)):
            raise BadInput(
                Text(
                    "用 --frozen 时，配额、人数等都已冻结，请勿再写。",
                    "with --frozen, quotas, size and the rest are fixed; leave them out",
                )
            )
        report(Text("读取备选名单", "Reading the pool"))
        content = parsed(frozen_file, FROZEN)
        people = room.read_pool(pool, id_column=id_column, categories=())
        return room.thaw(content.get("frozen"), root=content.get("root"), pool=people, salt=salt)
    if size is None:
        raise BadInput(Text("请用 --size 写明抽取人数。", "say with --size how many are drawn"))
    if floor is not None and weights is None:
        raise BadInput(Text("--floor 要与 --weights 同用。", "--floor goes with --weights"))
    report(Text("读取备选名单", "Reading the pool"))
    rules = room.read_quotas(quotas) if quotas else ()
    categories = {quota.category for quota in rules}
    people = room.read_pool(pool, id_column=id_column, weights=weights, categories=categories)
    excluded = room.read_excluded(exclude) if exclude else {}
    report(Text("求解入选概率", "Solving for the probabilities"))
    return room.freeze(
        people,
        size=size,
        quotas=rules,
        excluded=excluded,
        algorithm=algorithm,
        tag=tag,
        salt=salt,
        floor=floor or 0,
    )


def _check_seed(seed: str | None, announced: str | None, head: str | None) -> None:
    if (seed is None) == (announced is None) or (announced is None) != (head is None):
        raise BadInput(
            Text(
                "种子用 --seed 直接给出，或由 --announced 与 --ledger-head 一起算出，二者取其一。",
                "give the seed with --seed, or both --announced and --ledger-head to make it from",
            )
        )
    if announced is not None and not (announced.strip() and (head or "").strip()):
        raise BadInput(
            Text(
                "--announced 和 --ledger-head 不能为空。",
                "--announced and --ledger-head must not be empty",
            )
        )
