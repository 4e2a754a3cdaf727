"""``shixiao account``: an account made at the machine, above all that of the administrator."""

from __future__ import annotations

import click
from django.db import transaction
from django.utils import timezone

from shixiao.cli.progress import progress
from shixiao.cli.site import bring_up_to_date, set_up
from shixiao.settings import Settings
from shixiao.terms import BadInput, Text
from shixiao.workflows.roles import table

MADE = Text(
    "账号 {login}，口令 {password}（只显示这一次）",
    "Account {login}, password {password} (shown this once)",
)
BUREAU = Text("数据局", "Data Bureau")


@click.command(help="新建账号 · make an account.\n\nLOGIN: 登录名 · login name.")
@click.argument("login", metavar="LOGIN")
@click.option("--name", required=True, help="姓名 · name of the person")
@click.option(
    "--role",
    type=click.Choice(list(table().roles)),
    default="administrator",
    show_default=True,
    help="角色 · role",
)
def account(login: str, name: str, role: str) -> None:
    """Make the account at the bureau, and print its password."""
    set_up()
    from shixiao.records.models import Organisation
    from shixiao.workflows import people
    from shixiao.workflows.refusals import Refused

    language = Settings.from_environment().language
    with progress(language=language, quiet=False) as report:
        bring_up_to_date(report)
    now = timezone.now()
    try:
        with transaction.atomic():
            bureau, _ = Organisation.objects.get_or_create(
                code="bureau", defaults={"kind": "bureau", "name": BUREAU}
            )
            made, password = people.make_account(login=login, name=name)
            people.make_post(made, bureau, role, starts=timezone.localdate(now), at=now)
    except Refused as refused:
        raise BadInput(refused.text) from None
    click.echo(MADE.format(login=made.login, password=password).in_language(language))
