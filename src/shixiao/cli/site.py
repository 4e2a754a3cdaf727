"""Preparing the site for commands: Django is set up, tables are there, the clock is entered."""

from __future__ import annotations

import os
from collections.abc import Callable

import django
from django.core.management import call_command
from django.db import OperationalError

from shixiao.terms import Text, Unavailable

Progress = Callable[[Text], None]
NO_DATABASE = Text(
    "连不上数据库：{why}。请核对 DATABASE_URL，并确认数据库已启动、用户有权建表。",
    "The database cannot be reached: {why}. Check DATABASE_URL, and that it runs and the user may"
    " create tables.",
)


def set_up() -> None:
    """Make Django ready; settings come from the environment."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shixiao.web.settings")
    django.setup()


def bring_up_to_date(progress: Progress) -> None:
    """Create or renew tables, and enter what runs by the clock.

    Raises:
        Unavailable: the database cannot be reached.
    """
    progress(Text("准备数据库", "Preparing the database"))
    try:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
    except OperationalError as error:
        why = str(error).splitlines()[0][:200]
        raise Unavailable(NO_DATABASE.format(why=why)) from None
    from shixiao.workflows.jobs import schedule

    schedule()
