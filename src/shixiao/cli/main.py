"""The command's entry: subcommands by name, and errors as one clear sentence with its exit code.

Exit codes (CONTRACTS): 0 done · 1 done, and the answer is no · 2 bad input or usage · 3 something
outside failed. A subcommand's module loads when it is called, so that short ones start fast.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import NoReturn

import click

import shixiao
from shixiao.cli.usage import told
from shixiao.settings import language_of
from shixiao.terms import BadInput, Text, Unavailable

# What the list of commands says of each, so that the list imports none of them.
COMMANDS = {
    "evaluate": "评估事件日志或证据包 · evaluate event logs or an evidence package",
    "demo": "演示：样板城的网站 · a site with a small example city",
    "serve": "启动网站、后台任务和存证 · run web, worker and ledger on one machine",
    "web": "只启动网站 · run the web server alone",
    "worker": "只启动后台任务和存证 · run worker and ledger alone",
    "account": "新建账号 · make an account",
    "backup": "备份：运行中即可做 · back up the site while it runs",
    "restore": "恢复：把备份装入空的站点 · restore a backup into an empty site",
    "deadline": "计算法定期限的到期日 · count a statutory period and say when it is due",
    "potemkin": "样板城：生成真相已知的城市，给线索打分 · cities whose truth is known",
    "appraise": "考核办法体检 · put an appraisal scheme on the scales",
    "design": "设计体检：上线前比较网上与窗口的要求 · check a planned service before it is built",
    "fairness": "公平：审计决定日志，规划随机抽查 · audit decisions, plan a random sample",
    "voice": "民意：热点、重复、分派、意见分组 · topics, copies and routing of messages, opinions",
    "reproduce": "复算：由复算包重新计算公布的数字 · recompute published numbers",
    "protocol": "体验测试方案：导出表单、导入答卷 · protocols of field tests",
    "sign": "签名：评分表的签名与核验 · sign score sheets and check signatures",
    "draw": "抽签：人人可以复算 · a draw that anybody can compute again",
    "sharing": "共享：清查、标准、匹配、获取、溯源 · inventories, standards, matching, data, leaks",
    "gateway": "数据共享网关：启动、导出、查用 · the gateway: serve, export, uses",
    "gate": "准入门：没有准入的系统一律拦下 · let nobody into a system that is not admitted",
    "probe": "测试：从外面看一个在运行的系统 · probe a running system from outside",
    "ledger": "存证：核验、复制、见证账本 · check, copy and witness a log",
}
BAD_INPUT, OUTSIDE_FAILED, INTERRUPTED = 2, 3, 130


class Commands(click.Group):
    """A group whose subcommands are imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of help pages."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a subcommand and return its command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command = getattr(importlib.import_module(f"shixiao.cli.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)  # noqa: S101 - each module defines its own
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands; importing them to ask each for its line would take seconds."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=Commands,
    help="Shixiao 实效：数字政府实效评估 · evidence-based oversight of digital government.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(shixiao.__version__, "-V", "--version", prog_name="shixiao")
def cli() -> None:
    """Hold the subcommands together."""


def main() -> NoReturn:
    """Run the command and leave with the contract's exit code."""
    try:
        cli.main(prog_name="shixiao", standalone_mode=False)
    except BadInput as error:
        _leave(error.in_language(_language()), BAD_INPUT)
    except Unavailable as error:
        _leave(error.text.in_language(_language()), OUTSIDE_FAILED)
    except (OSError, MemoryError) as error:
        _leave(_outside(error).in_language(_language()), OUTSIDE_FAILED)
    except click.exceptions.Abort:
        _leave("已中断。" if _language() == "zh" else "Interrupted.", INTERRUPTED)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(BAD_INPUT)
    except click.ClickException as error:
        _leave(told(error).in_language(_language()), BAD_INPUT)
    sys.exit(0)


def _outside(error: OSError | MemoryError) -> Text:
    """Say what this machine refused: a full disk, a missing right, too little memory."""
    if isinstance(error, MemoryError):
        return Text(
            "内存不足；请调小 SHIXIAO_MEMORY_MB 或换一台内存更大的机器。",
            "there is not enough memory; lower SHIXIAO_MEMORY_MB or use a larger machine",
        )
    reason = error.strerror or str(error)
    return Text(f"本机操作失败：{reason}。", f"this machine refused: {reason}")


def _language() -> str:
    return language_of(os.environ)


def _leave(sentence: str, code: int) -> NoReturn:
    click.echo(f"shixiao: {sentence}", err=True)
    sys.exit(code)
