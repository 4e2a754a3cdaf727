"""Signing in: send a name and a password the way the login page of a target does.

The page is read first, for its cookies and hidden fields (a token against forged requests stands
there), and the form is sent with them; where a form is not understood, the same is sent as JSON.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

from shixiao.security.probing.pages import Form, read_page, within
from shixiao.security.probing.probe import Account, Given
from shixiao.security.probing.reach import Answer, NotAssessed, Reach
from shixiao.terms import Text

NO_LOGIN = Text(
    "没有给出登录地址，无法测试。", "The path of the login was not given, so it cannot be told."
)
NOT_UNDERSTOOD = (400, 415, 422)  # what servers of JSON say to a form
TOKEN = re.compile(
    r'"(?:access_?token|id_?token|token|jwt)"\s*:\s*"([^"\s]{8,4000})"', re.IGNORECASE
)


@dataclass
class Login:
    """A login of the target, as it was found.

    Attributes:
        reach: the way there.
        given: path and names of the fields.
        page: the page of the login.
        form: the form on it; an empty one where there is none.
        action: path to which it is sent.
        cookies: that the page set.
        as_json: whether JSON is sent in place of a form.
    """

    reach: Reach
    given: Given
    page: Answer
    form: Form
    action: str
    cookies: dict[str, str] = field(default_factory=dict)
    as_json: bool = False

    @classmethod
    def find(cls, reach: Reach, given: Given) -> Login:
        """Read the page of the login.

        Raises:
            NotAssessed: its path is not known, or it does not answer.
        """
        if not given.login:
            raise NotAssessed(NO_LOGIN)
        page = reach.get(given.login)
        forms = read_page(page, reach.target, at=given.login).forms
        form = next((each for each in forms if given.fields[1] in each.fields), Form())
        action = within(form.action, reach.target, at=given.login) if form.action else given.login
        return cls(reach, given, page, form, action or given.login, _cookies(page))

    @property
    def sent_plain(self) -> bool:
        """Whether the form itself leads out of the encryption."""
        return self.form.action.strip().lower().startswith("http://")

    def attempt(self, name: str, password: str) -> Answer:
        """Send a name and a password once."""
        answer = self._send(name, password)
        if answer.status in NOT_UNDERSTOOD and not self.form.fields and not self.as_json:
            self.as_json = True
            answer = self._send(name, password)
        return answer

    def _send(self, name: str, password: str) -> Answer:
        user, secret = self.given.fields
        if self.as_json:
            kind, body = "application/json", json.dumps({user: name, secret: password})
        else:
            kept = {
                key: self.form.fields[key] for key in self.form.fields if key in self.form.hidden
            }
            kind = "application/x-www-form-urlencoded"
            body = urlencode({**kept, user: name, secret: password})
        headers = {
            "Content-Type": kind,
            "Origin": self.reach.target.origin,
            "Referer": f"{self.reach.target.origin}{self.given.login}",
        }
        if self.cookies:
            headers["Cookie"] = _line(self.cookies)
        return self.reach.ask("POST", self.action, headers=headers, body=body.encode(), waits=False)


def sign_in(reach: Reach, given: Given, account: Account) -> dict[str, str]:
    """Return the headers by which an account is known from here on.

    Raises:
        NotAssessed: it was not let in.
    """
    login = Login.find(reach, given)
    answer = login.attempt(account.name, account.password)
    gained = _cookies(answer)
    token = TOKEN.search(answer.text) if answer.status < 300 else None
    if answer.status >= 400 or not (gained or token):
        raise NotAssessed(
            Text(
                f"测试账号 {account.name[:60]} 没有登录成功（状态 {answer.status}）。",
                f"The test account {account.name[:60]} was not let in (status {answer.status}).",
            )
        )
    headers = {"Cookie": _line(login.cookies | gained)} if login.cookies | gained else {}
    return headers | ({"Authorization": f"Bearer {token[1]}"} if token else {})


def _cookies(answer: Answer) -> dict[str, str]:
    pairs = (line.partition(";")[0].partition("=") for line in answer.all("set-cookie"))
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip()}


def _line(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())
