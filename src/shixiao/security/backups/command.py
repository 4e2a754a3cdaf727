"""Commands: what makes or restores a backup is run as the operator wrote it, and timed."""

from __future__ import annotations

import shlex
import subprocess
import time
from dataclasses import dataclass

from shixiao.terms import BadInput, Text

STDERR = 2  # so that standard output stays free for the answer
WORDS = Text(
    "命令“{line}”写得不对；要用管道请写 sh -c '…'。",
    "The command “{line}” cannot be read; for pipes write sh -c '…'.",
)
NO_COMMAND = Text("找不到命令 {name}", "there is no command {name}")
ENDED = Text("命令 {name} 以 {code} 结束", "the command {name} ended with code {code}")


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that was run.

    Attributes:
        seconds: how long it took.
        why: it failed; None where it did not.
    """

    seconds: float
    why: Text | None


def words_of(line: str) -> list[str]:
    """Return the words of a command line.

    Raises:
        BadInput: a quotation mark is open, or there is none.
    """
    try:
        found = shlex.split(line)
    except ValueError:
        found = []
    if not found:
        raise BadInput(WORDS.format(line=line[:80]))
    return found


def run(words: list[str]) -> Ran:
    """Run a command; what it says goes to standard error."""
    begun = time.monotonic()
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own command, on the own machine
            words, stdin=subprocess.DEVNULL, stdout=STDERR, check=False
        )
    except (FileNotFoundError, PermissionError):
        return Ran(time.monotonic() - begun, NO_COMMAND.format(name=words[0][:80]))
    took = time.monotonic() - begun
    if done.returncode == 0:
        return Ran(took, None)
    return Ran(took, ENDED.format(name=words[0][:80], code=done.returncode))
