"""Progress on the terminal: what is being done and for how long, on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from shixiao.terms import Text

Report = Callable[[Text], None]


@contextmanager
def progress(*, language: str, quiet: bool) -> Iterator[Report]:
    """Give a function to call with each step; on a terminal, steps are shown as they run.

    Standard output stays free for results. Where standard error is no terminal, each step is one
    line; ``quiet`` shows nothing.
    """
    if quiet:
        yield lambda _: None
        return
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda text: print(f"· {text.in_language(language)}", file=sys.stderr)  # noqa: T201
        return
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console
    ) as bar:
        current: list[object] = []

        def report(text: Text) -> None:
            if current:
                bar.update(current[-1], total=1, completed=1)  # type: ignore[arg-type]
            current.append(bar.add_task(text.in_language(language), total=None))

        yield report
        if current:
            bar.update(current[-1], total=1, completed=1)  # type: ignore[arg-type]
