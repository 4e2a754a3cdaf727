"""From a form to an act: which function carries out which verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from shixiao.records.models import Account, Case, Organisation
from shixiao.workflows.cases import checking, closing, correcting, opening, pairs
from shixiao.workflows.cases.moving import Act
from shixiao.workflows.lives import Verb

Given = Mapping[str, Any]
DETAILS = ("decision", "basis", "person", "statement", "compared")


def carry_out(case: Case, verb: Verb, act: Act, given: Given) -> None:
    """Do what the form asks for; what takes two people is proposed."""
    if verb.pair:
        detail = {name: given[name] for name in DETAILS if name in given}
        pairs.propose_pair(case, verb.id, act, detail)
        return
    ACTS[verb.id](case, act, given)


def _file(case: Case, act: Act, given: Given) -> None:
    opening.file_case(
        case,
        act,
        department=Organisation.objects.filter(pk=given["department"]).first(),
        handler=_account(given),
        responsible=given["responsible"],
        responsible_post=given["responsible_post"],
    )


def _assign(case: Case, act: Act, given: Given) -> None:
    opening.assign(case, act, handler=_account(given))


def _propose(case: Case, act: Act, given: Given) -> None:
    checking.propose(case, act, outcome=given["outcome"])


def _report(case: Case, act: Act, given: Given) -> None:
    correcting.report(case, act, corrected=given["corrected"])


def _account(given: Given) -> Account | None:
    return Account.objects.filter(pk=given["handler"]).first()


def _plain(function: Callable[[Case, Act], object]) -> Callable[[Case, Act, Given], object]:
    return lambda case, act, given: function(case, act)  # noqa: ARG005 - nothing more is needed


ACTS: Mapping[str, Callable[[Case, Act, Given], object]] = {
    "file": _file,
    "assign": _assign,
    "propose": _propose,
    "report": _report,
    "begin": _plain(checking.begin),
    "contest": _plain(checking.contest),
    "accept": _plain(checking.accept),
    "expire": _plain(checking.expire),
    "uphold": _plain(checking.uphold),
    "reject": _plain(checking.reject),
    "correct": _plain(correcting.correct),
    "again": _plain(closing.again),
    "reopen": _plain(closing.reopen),
    "show": _plain(closing.show),
}
