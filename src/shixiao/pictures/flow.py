"""Running text in a picture: words in several styles, broken into rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from shixiao.pictures.palette import INK
from shixiao.pictures.svg import escape, number
from shixiao.pictures.text import chunks, shorten, width

ROW = 24.0


@dataclass(frozen=True, slots=True)
class Run:
    """Words in one style."""

    text: str
    fill: str = INK
    struck: bool = False


@dataclass
class Flow:
    """Rows of 14 px text between x = 0 and ``right``; the browser sets the runs of a row.

    One text element holds a whole row, so that an estimated width never tears words apart.
    """

    right: float
    size: float = 14
    rows: list[list[Run]] = field(default_factory=lambda: [[]])
    used: float = 0.0

    def put(self, *runs: Run) -> None:
        """Add words; they go to the next row together when that keeps them whole."""
        whole = sum(width(run.text.rstrip(), self.size) for run in runs)
        if self.used and self.used + whole > self.right >= whole:
            self._next()
        # Where everything fits, no break need be looked for.
        fits = self.used + sum(width(run.text, self.size) for run in runs) <= self.right
        for run in runs:
            if fits and run.text:
                self._chunk(run)
                continue
            for chunk in chunks(run.text):
                self._chunk(Run(chunk, run.fill, run.struck))

    def _chunk(self, run: Run) -> None:
        if self.used and self.used + width(run.text.rstrip(), self.size) > self.right:
            self._next()
        text = run.text
        if not self.used:
            text = text.lstrip()
            if width(text.rstrip(), self.size) > self.right:
                text = shorten(text, self.right, self.size)
        row = self.rows[-1]
        if row and (row[-1].fill, row[-1].struck) == (run.fill, run.struck):
            row[-1] = Run(row[-1].text + text, run.fill, run.struck)
        else:
            row.append(Run(text, run.fill, run.struck))
        self.used += width(text, self.size)

    def _next(self) -> None:
        self.rows.append([])
        self.used = 0.0

    def drawn(self, top: float) -> tuple[list[str], float]:
        """Return the rows, the first baseline 16 px below ``top``, and the y where they end."""
        parts = [
            f'<text x="0" y="{number(top + 16 + nth * ROW)}" font-size="{number(self.size)}" '
            f'xml:space="preserve">{"".join(map(_span, row))}</text>'
            for nth, row in enumerate(self.rows)
            if row
        ]
        return parts, top + len(parts) * ROW + 2


def _span(run: Run) -> str:
    struck = ' text-decoration="line-through"' if run.struck else ""
    # Spaces between runs are kept; a line break in the source is not.
    before = " " if run.text[:1] == " " else ""
    after = " " if run.text[-1:] == " " else ""
    return f'<tspan fill="{run.fill}"{struck}>{before}{escape(run.text)}{after}</tspan>'
