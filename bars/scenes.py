"""Scenes for bars and tests: the evidence of a package as the index sees it, without the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shixiao.checkup.scene import Scene
from shixiao.checkup.spans import last_day
from shixiao.effect import asked_by_service, case_profile, names, step_map
from shixiao.evidence import ColumnMapping, Engine, Request, Store, connect, prepare
from shixiao.rules import RulePack, load_calendar, load_pack
from shixiao.settings import Settings
from shixiao.terms import SubjectKind


def scene_of(
    store: Store, engine: Engine, *, rules: RulePack | None = None, seed: int = 1
) -> Scene:
    """Profile the cases of a store and wrap all of it, as an evaluation does."""
    rules = rules or load_pack()
    calendar = None if store.meta.calendar == "none" else load_calendar(store.meta.calendar)
    profile = None
    if store.meta.cases:
        profile = case_profile(
            store, engine, steps=step_map(store, engine), calendar=calendar, rules=rules
        )
    return Scene(
        store=store,
        engine=engine,
        rules=rules,
        calendar=calendar,
        law_calendar=calendar,
        profile=profile,
        measured=(),
        compared=(),
        verdicts=(),
        asked=asked_by_service(store, engine),
        names={
            kind: names(store, engine, kind)
            for kind in (SubjectKind.SERVICE, SubjectKind.DEPARTMENT)
        },
        as_of=last_day(store, engine),
        seed=seed,
    )


@contextmanager
def opened(path: Path, settings: Settings, *, url: str = "duckdb") -> Iterator[Scene]:
    """Prepare a package and open it on an engine of its own."""
    request = Request((path,), ColumnMapping())
    store = prepare(request, settings=settings, progress=lambda _: None)
    with connect(url, settings=settings) as engine:
        yield scene_of(store, engine)
