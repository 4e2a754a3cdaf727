"""Write the reference pages that follow from code and data, so that they cannot drift from it.

``python -m docs.generate`` writes them; with ``--check`` nothing is written and the exit code is 1
when a page on disk differs from what the code says today.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from inspect import cleandoc
from pathlib import Path

import click

from docs.algorithms import algorithms_page
from docs.self_assessment import page as self_assessment
from shixiao.checkup.design.wording import finding_texts
from shixiao.checkup.design.wording import texts as design_texts
from shixiao.checkup.detectors.registry import ClosedBy, detectors
from shixiao.cli import cli as shixiao
from shixiao.effect import Measure, Statistic, measures
from shixiao.effect.fieldtests import protocols, protocols_page
from shixiao.effect.verdicts import texts
from shixiao.evidence.schema import tables_page
from shixiao.fairness import LAYERS, metrics
from shixiao.ledger import vocabulary_page
from shixiao.rules import deadline_table, load_calendar, load_pack, rules_page
from shixiao.terms import Text
from shixiao.voice.decree713.pages import course_page
from shixiao.workflows.appraisals.life import life as appraisal_life
from shixiao.workflows.cases.life import life as case_life
from shixiao.workflows.commissions.life import life as commission_life
from shixiao.workflows.lives import read_life
from shixiao.workflows.pages import life_page, roles_page
from shixiao.workflows.roles import table

CASES = Text("案件的环节", "The life of a case")
COMMISSIONS = Text("委托评估的环节", "The life of a commissioned evaluation")
APPRAISALS = Text("考核的环节", "The life of an appraisal round")
SHARING = {
    "datasets": Text("目录条目的环节", "The life of an entry of the catalogue"),
    "requests": Text("共享申请的环节", "The life of a sharing request"),
    "disputes": Text("共享争议的环节", "The life of a dispute about sharing"),
    "corrections": Text("数据校核的环节", "The life of a correction"),
    "grants": Text("共享授权的环节", "The life of a grant"),
}
STANDARDS = Text("数据元标准的环节", "The life of a standard of data elements")
SECURITY = {
    "algorithm_reviews": Text("算法定期审查的环节", "The life of a periodic review"),
    "inspections": Text("抽查的环节", "The life of an inspection by lot"),
    "inspection_plans": Text("抽查计划的环节", "The life of a plan of inspections"),
    "incidents": Text("安全事件的环节", "The life of a security incident"),
}
OBJECTIONS = Text("异议的环节", "The life of an objection")
MATTERS = Text("诉求的环节", "The life of a matter")
PROPOSALS = Text("施策建议的环节", "The life of a proposal")
COPIES = Text("数据副本的环节", "The life of a copy of data")
SHARING_CLOCKS = ("GDS-21u", "GDS-21c", "GDS-22", "GDS-26", "GDS-17u", "GDS-17r")
# The last working days before the holidays of 2026, and days around make-up days.
BEFORE_HOLIDAYS = tuple(
    date(2026, month, day)
    for month, day in ((1, 4), (2, 13), (2, 27), (4, 3), (4, 30), (6, 18), (9, 24), (9, 30))
)
REFERENCE = Path(__file__).with_name("reference")

STATISTICS = {
    Statistic.MEAN: Text("均值", "mean"),
    Statistic.SHARE: Text("占比", "share"),
    Statistic.MEDIAN: Text("中位数", "median"),
    Statistic.P90: Text("第90百分位数", "90th percentile"),
    Statistic.FACT: Text("全数", "full count"),
}
BETTER = {"lower": Text("越低越好", "lower"), "higher": Text("越高越好", "higher")}
MEASURES_HEAD = """\
# 度量 · Measures

每项度量以办件为单位，附区间、件数和状态。负担一栏是负担向量中的编号；只有带编号的度量进入结论。

Every measure is taken over cases and carries an interval, n and a status. The burden column is the
place in the burden vector; only numbered measures enter a verdict.

| 编号 id | 名称 name | 含义 meaning | 单位 unit | 统计量 statistic | 方向 better | 负担 burden |
|---|---|---|---|---|---|---|
"""
VERDICTS_HEAD = """\
# 结论与理由 · Verdicts and grounds

结论只说服务和证据，不指责个人。花括号内由数字填入。

Verdicts speak of services and evidence and blame no person. What stands in braces is filled in.
"""
DETECTORS_HEAD = """\
# 线索与违规 · Kinds of finding

统计得来的叫线索，不是结论；对照规则得来的叫违规，是事实。花括号内由数字填入。

What statistics find is a lead, not a verdict; what a rule forbids is a breach, a fact. Braces are
filled in.
"""
DESIGN_HEAD = """\
# 设计体检的结论与问题 · Verdicts and findings of a design check

上线之前，没有日志，比较网上与窗口的要求得出；问题都是全数清点的事实。花括号内由数字填入。

Drawn before the launch and without a log from what online and the counter ask for; findings are
facts of full counts. What stands in braces is filled in.
"""
DESIGN_PARTS = {
    "verdicts": Text("结论", "Verdicts"),
    "fates": Text("各项的去向", "What becomes of an item"),
    "grounds": Text("理由", "Grounds"),
    "missing": Text("缺少", "What is missing"),
    "promises": Text("目标的问题", "What is wrong with a target"),
}
DESIGN_FINDINGS = Text("问题", "Kinds of finding")
CLOSED_BY = {
    ClosedBy.CASES: Text("整改后的办件或记录", "cases or rows after the correction"),
    ClosedBy.REGISTER: Text("新的登记表", "the new register"),
    ClosedBy.FIELD_TEST: Text("抽签体验测试", "a drawn field test"),
}
LEAD, FACT = Text("线索", "lead"), Text("违规", "breach")
FAIRNESS_HEAD = """\
# 公平的度量 · Metrics of fairness

三个层面。每项都有公式、区间和来源；日志答不了的，写明缺少什么。

Three layers. Each metric has its formula, its interval and its source; what a log does not answer
is said with what is missing.
"""
PARTS = {
    "channels": Text("渠道的叫法", "What channels are called"),
    "verdicts": Text("结论", "Verdicts"),
    "grounds": Text("理由", "Grounds"),
}


SCHEMA = ".schema.json"
#: Schemas that are published under another name than that of their file.
SCHEMA_NAMES = {"appraise": "appraisal", "score": "potemkin-score", "truth": "potemkin-truth"}


def pages() -> dict[str, str]:
    """Return every generated file: its path under ``docs/reference`` and its content."""
    return {
        "cli.md": cli_page(shixiao),
        "self-assessment.md": self_assessment(),
        "tables.md": tables_page("en"),
        "tables.zh-CN.md": tables_page("zh"),
        "measures.md": measures_page(),
        "rules.md": rules_page(load_pack()),
        "verdicts.md": verdicts_page(),
        "detectors.md": detectors_page(),
        "design-check.md": design_page(),
        "fairness.md": fairness_page(),
        "algorithms.md": algorithms_page(),
        "audit-events.md": vocabulary_page(),
        "protocols.md": protocols_page(protocols().values()),
        "roles.md": roles_page(table()),
        "case-life.md": life_page(case_life(), load_pack(), title=CASES),
        "commission-life.md": life_page(commission_life(), load_pack(), title=COMMISSIONS),
        "appraisal-life.md": life_page(appraisal_life(), load_pack(), title=APPRAISALS),
        **{
            f"{name[:-1].replace('_', '-')}-life.md": life_page(
                read_life(name), load_pack(), title=title
            )
            for name, title in (SHARING | SECURITY).items()
        },
        "standard-life.md": life_page(
            read_life("standards", "shixiao.sharing.standards.registry"),
            load_pack(),
            title=STANDARDS,
        ),
        "objection-life.md": life_page(
            read_life("objections", "shixiao.fairness"), load_pack(), title=OBJECTIONS
        ),
        "decree-713.md": course_page(load_pack()),
        "matter-life.md": life_page(
            read_life("matters", "shixiao.voice"), load_pack(), title=MATTERS
        ),
        "proposal-life.md": life_page(
            read_life("proposals", "shixiao.voice"), load_pack(), title=PROPOSALS
        ),
        "copy-life.md": life_page(read_life("copies"), load_pack(), title=COPIES),
        "deadlines-of-sharing.md": deadline_table(
            load_pack(), load_calendar("cn"), rules=SHARING_CLOCKS, starts=BEFORE_HOLIDAYS
        ),
        **_schemas(),
    }


def _schemas() -> dict[str, str]:
    """Return the schemas of what commands print, by the names under which they are published."""
    told = {
        SCHEMA_NAMES.get(stem, stem): path.read_text("utf-8")
        for path in (files("shixiao.cli") / "schemas").iterdir()
        if path.name.endswith(SCHEMA)
        for stem in (path.name.removesuffix(SCHEMA),)
    }
    told["ledger"] = (files("shixiao.ledger") / "data/answer.schema.json").read_text("utf-8")
    told["draw-transcript"] = (files("shixiao.draw") / "data/transcript.schema.json").read_text(
        "utf-8"
    )
    return {f"schemas/{name}-1{SCHEMA}": text for name, text in sorted(told.items())}


def cli_page(group: click.Command) -> str:
    """Render every command with its usage, its help and its options."""
    head = (
        "# 命令 · Commands\n\n"
        "退出码 Exit codes: `0` 完成 done · `1` 完成，答案为否 done, and the answer is no · "
        "`2` 输入有误 bad input · `3` 外部故障 something outside failed.\n"
    )
    return head + "".join(_command(group, "shixiao", None))


def measures_page() -> str:
    """Render the catalogue of measures in both languages."""
    return MEASURES_HEAD + "".join(map(_measure, measures()))


def verdicts_page() -> str:
    """Render the texts of verdicts and of the grounds they rest on."""
    parts = [VERDICTS_HEAD]
    for part, entries in texts().items():
        title = PARTS[part]
        parts.append(f"\n## {title.zh} · {title.en}\n\n| id | 中文 | English |\n|---|---|---|\n")
        parts += [f"| `{key}` | {_cell(t.zh)} | {_cell(t.en)} |\n" for key, t in entries.items()]
    return "".join(parts)


def detectors_page() -> str:
    """Render every kind of finding: what it is, what it measures, what would prove it wrong."""
    parts = [DETECTORS_HEAD]
    for kind in detectors():
        fact = FACT if kind.fact else LEAD
        parts.append(
            f"\n## {kind.kind} · {kind.name.zh} · {kind.name.en}\n\n{kind.about.zh}\n\n"
            f"{kind.about.en}\n\n`{kind.subject}` · `{kind.rule}` · {fact.zh} {fact.en}\n\n"
            "| 度量 measure | 名称 name | 说法 wording | 怎样证伪 disproof | 怎样销号 closed by |\n"
            "|---|---|---|---|---|\n"
        )
        for name, text in kind.measures.items():
            cells = (
                f"`{name}`",
                _both(text.name),
                _both(text.says),
                _both(text.disproof),
                _both(CLOSED_BY[text.closing.by]),
            )
            parts.append("| " + " | ".join(map(_cell, cells)) + " |\n")
    return "".join(parts)


def fairness_page() -> str:
    """Render the metrics of fairness, layer by layer."""
    parts = [FAIRNESS_HEAD]
    for layer, title in LAYERS.items():
        parts.append(
            f"\n## {title.zh} · {title.en}\n\n"
            "| id | 名称 name | 含义 meaning | 公式 formula | 区间 interval | 来源 source "
            "| 需要 needs |\n"
            "|---|---|---|---|---|---|---|\n"
        )
        for one in metrics():
            if one.layer is layer:
                texts = (_both(one.name), _both(one.about), f"`{one.formula}`")
                rest = (_both(one.interval), one.source, _both(one.needs))
                parts.append("| " + " | ".join(map(_cell, (f"`{one.id}`", *texts, *rest))) + " |\n")
    return "".join(parts)


def design_page() -> str:
    """Render the verdicts and the kinds of finding of design checks."""
    parts = [DESIGN_HEAD]
    for part, title in DESIGN_PARTS.items():
        parts.append(f"\n## {title.zh} · {title.en}\n\n| id | 中文 | English |\n|---|---|---|\n")
        parts += [
            f"| `{key}` | {_cell(text.zh)} | {_cell(text.en)} |\n"
            for key, text in design_texts(part).items()
        ]
    title = DESIGN_FINDINGS
    parts.append(
        f"\n## {title.zh} · {title.en}\n\n"
        "| kind | 度量 measure | 规则 rule | 名称 name | 说法 wording | 怎样证伪 disproof |\n"
        "|---|---|---|---|---|---|\n"
    )
    for kind, entry in finding_texts().items():
        cells = (
            *(f"`{word}`" for word in (kind, entry.measure, entry.rule)),
            *map(_both, (entry.name, entry.says, entry.disproof)),
        )
        parts.append("| " + " | ".join(map(_cell, cells)) + " |\n")
    return "".join(parts)


def _measure(item: Measure) -> str:
    cells = (
        f"`{item.id}`",
        _both(item.name),
        _both(item.about),
        _both(item.unit),
        _both(STATISTICS[item.statistic]),
        _both(BETTER[item.better]),
        "—" if item.burden is None else str(item.burden),
    )
    return "| " + " | ".join(map(_cell, cells)) + " |\n"


def _command(command: click.Command, name: str, parent: click.Context | None) -> Iterator[str]:
    """Give the sections of a command and of what is below it, each with its full name."""
    context = click.Context(command, info_name=name, parent=parent)
    usage = " ".join((context.command_path, *command.collect_usage_pieces(context)))
    # A form feed ends the part of a docstring that click shows; what follows is not for users.
    about = cleandoc(command.help or "").split("\f")[0].strip()
    yield f"\n## {context.command_path}\n\n```\n{usage}\n```\n"
    if about:
        yield f"\n{about}\n"
    yield from _parameters(command, context)
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            if found is not None and not found.hidden:
                yield from _command(found, below, context)


def _parameters(command: click.Command, context: click.Context) -> Iterator[str]:
    records = [parameter.get_help_record(context) for parameter in command.get_params(context)]
    shown = [record for record in records if record is not None and "--help" not in record[0]]
    if shown:
        yield "\n| 选项 option | 说明 meaning |\n|---|---|\n"
        yield from (f"| `{_cell(names)}` | {_cell(about)} |\n" for names, about in shown)


def _both(text: Text) -> str:
    return text.zh if text.zh == text.en else f"{text.zh}<br>{text.en}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def stale(expected: dict[str, str]) -> list[str]:
    """Return the files that are missing, differ, or are left over from an earlier time."""
    on_disk = {
        path.relative_to(REFERENCE).as_posix(): path.read_text("utf-8")
        for path in REFERENCE.rglob("*")
        if path.is_file()
    }
    names = sorted(expected.keys() | on_disk.keys())
    return [name for name in names if expected.get(name) != on_disk.get(name)]


def write(expected: dict[str, str]) -> None:
    """Put the reference folder in step: write what differs, remove what is left over."""
    for name in stale(expected):
        path = REFERENCE / name
        if name not in expected:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(expected[name], encoding="utf-8")
        print(f"docs/reference/{name}")


def run(arguments: list[str]) -> int:
    """Write or check, and return the exit code."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m docs.generate [--check]", file=sys.stderr)
        return 2
    expected = pages()
    if not arguments:
        write(expected)
        return 0
    differing = stale(expected)
    for name in differing:
        print(f"docs/reference/{name} is not in step; run: make docs", file=sys.stderr)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
