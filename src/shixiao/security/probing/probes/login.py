"""Login: whether passwords can be guessed without end, and whether names can be found out.

Sends more wrong passwords than OWASP lets pass for one account, to a test account of its own, and
stops at the first sign of a limit: another status, a delay, a lock, or a question that only people
answer. A name that nobody has is then held to the same.
Source: OWASP ASVS 5.0.0, V6.3.1 and V6.3.8; ASVS 4.0.3, 2.2.1 (no more than 100 failed attempts an
hour for one account); GB/T 22239-2019, 8.1.4.1 b).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

from shixiao.security.probing.likeness import steady, words
from shixiao.security.probing.probe import Given, Seen, probe
from shixiao.security.probing.reach import Answer, NotAssessed, Reach
from shixiao.security.probing.signing_in import Login
from shixiao.terms import Text

TRIES = 120  # wrong passwords for one name
FIRST = 3  # of them, which show how a wrong one is usually answered
SLOWER, LEAST = 5.0, 0.5  # times the usual, and no less than so many seconds more
LIMITED = (403, 423, 429, 503)
SAYING = re.compile(
    r"锁定|冻结|次数过多|过于频繁|稍后|验证码|滑块|lock(ed|out)|too many|captcha|temporarily"
    r"|try again (later|in)|rate.?limit",
    re.IGNORECASE,
)
DIGITS = re.compile(r"\d+")
NO_ACCOUNT = Text(
    "没有给出测试账号：不存在的用户名不受限制，不能说明真实账号也不受限制。",
    "No test account was given: that a name nobody has is not limited says nothing of real ones.",
)
STRAIGHT_AWAY = Text(
    "第一次错误登录就被拒绝（状态 {status}），无法判断限制从何时开始。",
    "The first wrong login was refused (status {status}), so no limit can be told from it.",
)


@probe("login")
def login(reach: Reach, given: Given) -> Iterator[Seen]:
    """Send wrong passwords for a test account until it is limited, then for nobody's name."""
    reach.check_heavy("login")
    found = Login.find(reach, given)
    if not reach.target.own:
        plain = reach.target.scheme == "http" or found.sent_plain
        yield Seen("plain_login", not plain, given.login)
    nobody = f"sx{secrets.token_hex(6)}"
    stranger = _Guessing(found, nobody)
    stranger.begin(fresh=True)
    if not given.accounts:
        limit = stranger.limited_at()
        if limit is None:
            raise NotAssessed(NO_ACCOUNT)
        yield Seen("limit", True, given.login, {"n": limit})
        return
    known = _Guessing(found, given.accounts[-1].name)
    known.begin(fresh=False)
    limit = known.limited_at()
    yield Seen("limit", limit is not None, given.login, {"n": TRIES})
    if known.usual and stranger.usual:
        alike = known.usual == stranger.usual
        if alike and limit is not None:  # a lock of those alone that exist tells which exist
            alike = stranger.limited_at() is not None
        yield Seen("names", alike, given.login)


class _Guessing:
    """Wrong passwords for one name, and how they are answered."""

    def __init__(self, login: Login, name: str) -> None:
        self.login, self.name, self.sent = login, name, 0
        self.status, self.seconds, self.warned = 0, 0.0, False
        self.usual: tuple[int, str, frozenset[str]] | None = None
        self.limit: int | None = None

    def begin(self, *, fresh: bool) -> None:
        """Take how wrong passwords are usually answered, unless a limit shows at once.

        Args:
            fresh: whether nothing was sent before, so that a refusal is none of a limit.

        Raises:
            NotAssessed: the very first is refused, so nothing can be told from a refusal.
        """
        first = [self._one()]
        self.status, self.seconds = first[0].status, first[0].seconds
        if self.status in LIMITED or self.status >= 500:
            if fresh or self.status >= 500:
                raise NotAssessed(STRAIGHT_AWAY.format(status=self.status))
            self.limit = self.sent
            return
        self.warned = SAYING.search(first[0].text) is not None
        while len(first) < FIRST:
            first.append(self._one())
            if self._limited(first[-1]):
                self.limit = self.sent
                return
        self.seconds = sorted(each.seconds for each in first)[FIRST // 2]
        said = steady(
            frozenset(DIGITS.sub("0", word) for word in words(each, self.name)) for each in first
        )
        self.usual = (self.status, first[0].header("location").replace(self.name, ""), said)

    def limited_at(self) -> int | None:
        """Return after how many wrong passwords a limit showed; None where none did."""
        while self.limit is None and self.sent < TRIES:
            if self._limited(self._one()):
                self.limit = self.sent
        return self.limit

    def _limited(self, answer: Answer) -> bool:
        refused = answer.status != self.status and answer.status in LIMITED
        slowed = answer.seconds > max(SLOWER * self.seconds, self.seconds + LEAST)
        asked = not self.warned and SAYING.search(answer.text) is not None
        return refused or slowed or asked or bool(answer.header("retry-after"))

    def _one(self) -> Answer:
        self.sent += 1
        return self.login.attempt(self.name, f"Wrong-{secrets.token_hex(6)}")
