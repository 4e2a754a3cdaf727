"""Files that a probe is lent: the login of the target and its two test accounts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from shixiao.datafiles import load_yaml
from shixiao.security.probing import Account
from shixiao.terms import BadInput, Text

LARGEST = 1 << 20
TOKEN = re.compile(r"[\x21-\x7e]{0,4000}", re.ASCII)
FORM = Text(
    "账号文件应为：login（路径）、fields（两个字段名）、"
    "accounts（各有 name、password、own 路径列表）、token（接口令牌）。",
    "A file of accounts holds login (a path), fields (two names), accounts (each with name,"
    " password and own, a list of paths) and token (for the interface).",
)


@dataclass(frozen=True, slots=True)
class Lent:
    """What a file of accounts lends.

    Attributes:
        login: path of the login; "" where none is named.
        fields: names of its two fields.
        accounts: test accounts.
        token: of the interface; "" for none.
    """

    login: str = ""
    fields: tuple[str, str] = ("username", "password")
    accounts: tuple[Account, ...] = ()
    token: str = ""


def read_accounts(path: Path | None) -> Lent:
    """Return what a file lends; nothing without one.

    Raises:
        BadInput: the file cannot be read, or is of another form.
    """
    if path is None:
        return Lent()
    try:
        raw = path.read_bytes()[: LARGEST + 1]
        data = load_yaml(raw) if len(raw) <= LARGEST else None
    except (OSError, yaml.YAMLError, ValueError, RecursionError):
        data = None
    if not isinstance(data, Mapping):
        raise BadInput(FORM, file=path.name)
    login, fields = data.get("login", ""), data.get("fields", ["username", "password"])
    accounts, token = data.get("accounts", []), data.get("token", "")
    fits = (
        isinstance(login, str)
        and isinstance(token, str)
        and TOKEN.fullmatch(token)
        and isinstance(fields, list)
        and len(fields) == 2
        and all(isinstance(name, str) for name in fields)
        and isinstance(accounts, list)
        and len(accounts) <= 10
        and all(_is_account(each) for each in accounts)
    )
    if not fits:
        raise BadInput(FORM, file=path.name)
    made = tuple(
        Account(each["name"], each["password"], tuple(each.get("own", ()))) for each in accounts
    )
    return Lent(login, (fields[0], fields[1]), made, token)


def _is_account(each: Any) -> bool:
    if not isinstance(each, Mapping):
        return False
    own = each.get("own", [])
    return (
        isinstance(each.get("name"), str)
        and isinstance(each.get("password"), str)
        and isinstance(own, list)
        and all(isinstance(path, str) and path.startswith("/") for path in own)
    )
