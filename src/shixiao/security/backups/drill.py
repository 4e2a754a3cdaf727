"""Drill: was everything that stood there when the backup was made there again once restored?

A part that did not change while the backup was made has to come back as it was; of one that did,
either side will do, and where neither fits, only its number of rows can be told. What nobody looked
at is *not assessed*.
Source: GB/T 22239-2019, 8.1.4.9 (backup and restore of data) and 8.1.10.11 (its administration);
NIST SP 800-34 Rev. 1, 3.4 (objectives of time and point).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files

from shixiao.security.backups.noting import Held, Note, Part
from shixiao.security.probing import Assessed, Described, Seen
from shixiao.terms import Text

NAMED = 50  # parts of one kind of fault by name; the rest as one
REST = Text("其余 {n} 处", "{n} more")
CHANGED = Text(
    "{names} 在备份期间有变动，恢复后的内容无法逐行核对；请用快照备份或选无人使用的时间。",
    "{names} changed while the backup was made, so what came back cannot be held against it row by"
    " row; back up a snapshot, or when nobody works.",
)
UNKNOWN = Text("{names} 没有核对：{why}。", "{names}: not compared, {why}.")
FAILED = Text("恢复没有做成，内容无从核对。", "The restore failed, so there is nothing to compare.")


@dataclass(frozen=True, slots=True)
class Drill:
    """One backup that was restored.

    Attributes:
        note: what stood there when it was made.
        restored: what the restored copy holds; None where the restore failed.
        why: the restore failed; None where it did not.
        files: hash of each file of the backup now; empty where none was named.
        size: bytes of them.
        seconds: of the restore; None where it was done before.
        at: when it was done.
    """

    note: Note
    restored: Held | None
    why: Text | None
    files: Mapping[str, str]
    size: int
    seconds: float | None
    at: datetime

    def assessed(self, *, within: float | None, hours: float | None) -> tuple[Assessed, ...]:
        """Return this as parts of a report.

        Args:
            within: minutes in which a restore has to be done; None where nobody says.
            hours: how old the newest backup may be; None where nobody says.
        """
        words = described()
        age = self.at - self.note.begun
        seen = [Seen("restores", self.restored is not None, values={"why": self.why or "—"})]
        seen += self._intact()
        if hours is not None:
            told = {"hours": round(age / timedelta(hours=1), 1), "most": f"{hours:g}"}
            seen.append(Seen("age", age <= timedelta(hours=hours), values=told))
        if within is not None and self.seconds is not None:
            told = {"minutes": round(self.seconds / 60, 1), "most": f"{within:g}"}
            seen.append(Seen("duration", self.seconds <= 60 * within, values=told))
        if self.restored is None:
            return Assessed(words, tuple(seen)), Assessed(words, None, FAILED)
        told = {
            "parts": len(self.restored.parts),
            "rows": sum(part.rows for part in self.restored.parts.values()),
            "seconds": "—" if self.seconds is None else round(self.seconds, 1),
            "at": self.note.begun.isoformat(timespec="seconds"),
        }
        compared = _Compared(self.note, self.restored)
        seen += compared.seen()
        seen.append(Seen("measured", False, values=told))
        rest = tuple(Assessed(words, None, text) for text in compared.unknown())
        return (Assessed(words, tuple(seen)), *rest)

    def _intact(self) -> list[Seen]:
        if not (self.note.files and self.files):
            return []
        names = {*self.note.files, *self.files}
        wrong = [name for name in names if self.note.files.get(name) != self.files.get(name)]
        return _listed("intact", {name: {"name": name} for name in wrong})


class _Compared:
    """A restored copy against a note."""

    def __init__(self, note: Note, restored: Held) -> None:
        self.note, self.restored = note, restored
        self.sides = {
            name: (before, note.after.parts.get(name, before))
            for name, before in note.before.parts.items()
            if name in note.after.parts
        }
        self.found = {name: restored.parts.get(name) for name in self.sides}

    def seen(self) -> Iterator[Seen]:
        """Yield every check, each fault at its place."""
        gone = [name for name, part in self.found.items() if part is None]
        gone = [name for name in gone if name not in self.restored.unread]
        yield from _listed("parts", {name: {"name": name} for name in gone})
        rows, content = {}, {}
        for name, sides in self.sides.items():
            part = self.found[name]
            if part is None or part in sides:
                continue
            least, most = sorted(side.rows for side in sides)
            if not least <= part.rows <= most:
                rows[name] = {"name": name, "wanted": _span(sides), "found": part.rows}
            elif sides[0] == sides[1]:
                content[name] = {"name": name, "rows": part.rows}
        yield from _listed("rows", rows)
        yield from _listed("content", content)
        kept = self._kept()
        yield from _listed("objects", {name: {"name": name[:120]} for name in kept})
        back = {
            name: {"name": name, "wanted": value, "found": self.restored.counters.get(name, "—")}
            for name, value in self.note.before.counters.items()
            if self.restored.counters.get(name, -1) < value
        }
        yield from _listed("counters", back)

    def _kept(self) -> list[str]:
        """Return definitions that are gone or changed; what changed meanwhile does not count."""
        before, after = self.note.before.objects, self.note.after.objects
        steady = {name: said for name, said in before.items() if after.get(name) == said}
        gone = {name for name, part in self.found.items() if part is None}
        return [
            name
            for name, said in steady.items()
            if self.restored.objects.get(name) != said and name.removeprefix("table ") not in gone
        ]

    def unknown(self) -> Iterator[Text]:
        """Yield what cannot be told, and why."""
        changed = [
            name
            for name, sides in self.sides.items()
            if sides[0] != sides[1] and self.found[name] not in (*sides, None)
        ]
        new = self.note.before.parts.keys() ^ self.note.after.parts.keys()
        changed = sorted({*changed, *new})
        if changed:
            yield CHANGED.format(names=_names(changed))
        for name, why in {**self.restored.unread, **self.note.before.unread}.items():
            yield UNKNOWN.format(names=_names([name]), why=why)


def described() -> Described:
    """Return the words of this probe."""
    text = files(__package__).joinpath("data/backup.yaml").read_text("utf-8")
    return Described.read("backup", text)


def _listed(check: str, wrong: Mapping[str, Mapping[str, object]]) -> list[Seen]:
    """Return a check that holds where nothing is wrong, and else each fault at its place."""
    if not wrong:
        return [Seen(check, True)]
    names = sorted(wrong)
    return [Seen(check, False, name, wrong[name]) for name in names[:NAMED]]


def _span(sides: tuple[Part, Part]) -> str:
    least, most = sorted(side.rows for side in sides)
    return str(least) if least == most else f"{least}–{most}"


def _names(names: list[str]) -> Text:
    shown = names[:NAMED]
    zh, en = "、".join(shown), ", ".join(shown)
    more = len(names) - len(shown)
    rest = REST.format(n=more)
    return Text(f"{zh}、{rest.zh}", f"{en}, {rest.en}") if more else Text(zh, en)
