"""People of an invented city, for tests of pages and for pictures."""

from __future__ import annotations

from datetime import date

from shixiao.records.models import Account, Organisation, Post
from shixiao.terms import Text
from shixiao.workflows.roles import table

PASSWORD = "eight papers, five known"  # noqa: S105 (of people who do not exist)
NAMES = {"analyst": "林晓", "officer": "周敏", "head": "何立", "inspector": "孙正"}
BUREAU = Text("市数据局", "Data Bureau")
REGISTRY = Text("市自然资源局", "Natural Resources Bureau")
INSTITUTE = Text("市第三方评估中心", "Evaluation Centre")
WORK_AT_THE_BUREAU = {"analyst", "inspector", "auditor", "administrator"}


def person(role: str, login: str = "") -> Account:
    """Return an account that holds a role since the beginning of 2026; made when it is new."""
    login = login or role
    known = Account.objects.filter(login=login).first()
    if known is not None:
        return known
    if role not in table().roles:
        raise ValueError(f"{role!r} is no role")
    account = Account.objects.create_user(login, PASSWORD, name=NAMES.get(role, login))
    Post.objects.create(
        account=account, organisation=_workplace(role), role=role, starts=date(2026, 1, 1)
    )
    return account


def _workplace(role: str) -> Organisation:
    if role == "evaluator":
        institute = {"kind": Organisation.Kind.EVALUATOR, "name": INSTITUTE}
        return Organisation.objects.get_or_create(code="E-ONE", defaults=institute)[0]
    at_bureau = role in WORK_AT_THE_BUREAU
    kind = Organisation.Kind.BUREAU if at_bureau else Organisation.Kind.DEPARTMENT
    return Organisation.objects.get_or_create(
        code="D-DATA" if at_bureau else "D-LAND",
        defaults={"kind": kind, "name": BUREAU if at_bureau else REGISTRY},
    )[0]
