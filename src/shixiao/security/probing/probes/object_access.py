"""Object access: whether somebody else, or nobody at all, sees what is one account's own.

Account A asks for its own paths, account B and one who is not signed in ask for the same. What
tells A's data apart are the words of A's answers that stand in none of B's own answers: a page of
refusal, or B's own page at the same path, has few of them.
Source: OWASP ASVS 5.0.0, V8.2.2 and V8.3.1; OWASP API Security Top 10 2023, API1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from shixiao.security.probing.likeness import WORD, steady, words
from shixiao.security.probing.probe import Account, Given, Seen, probe
from shixiao.security.probing.reach import Answer, NotAssessed, Reach
from shixiao.security.probing.signing_in import sign_in
from shixiao.terms import Text

MOST = 10  # paths of one account
SHARE = 0.5  # of the words that are A's alone, from which its data were seen
ALONE = re.compile(r".{2,}", re.DOTALL)  # a single letter tells nobody apart
NO_ACCOUNTS = Text(
    "没有给出两个各有自己路径（own）的测试账号，无法测试越权。",
    "Two test accounts, each with paths of its own, were not given, so access cannot be told.",
)
NOTHING_OWN = Text(
    "测试账号 {name} 在 {path} 没有得到只属于它的内容，无法测试越权。",
    "The test account {name} got nothing of its own at {path}, so access cannot be told.",
)


@probe("object_access")
def object_access(reach: Reach, given: Given) -> Iterator[Seen]:
    """Sign in with both accounts, and ask for A's paths as A, as B and as nobody."""
    reach.check_heavy("accounts")
    first, second = _accounts(given)
    one, other = sign_in(reach, given, first), sign_in(reach, given, second)
    common = frozenset[str]().union(
        words(reach.get()), *(words(reach.get(path, headers=other)) for path in second.own[:MOST])
    )
    for path in first.own[:MOST]:
        own = _own(reach, path, one) - common - _written(path)
        if not own:
            raise NotAssessed(NOTHING_OWN.format(name=first.name[:60], path=path[:100]))
        says = {"path": path[:200]}
        yield Seen("other", not _seen(reach.get(path, headers=other), own), path[:200], says)
        yield Seen("nobody", not _seen(reach.get(path), own), path[:200], says)


def _accounts(given: Given) -> tuple[Account, Account]:
    able = [account for account in given.accounts if account.own]
    if len(able) < 2:
        raise NotAssessed(NO_ACCOUNTS)
    return able[0], able[1]


def _own(reach: Reach, path: str, headers: Mapping[str, str]) -> frozenset[str]:
    """Return the words that A's answer holds each time; none where A is refused."""
    answers = [reach.get(path, headers=headers) for _ in range(2)]
    if any(answer.status != 200 for answer in answers):
        return frozenset()
    return frozenset(word for word in steady(map(words, answers)) if ALONE.fullmatch(word))


def _written(path: str) -> frozenset[str]:
    return frozenset(WORD.findall(path))


def _seen(answer: Answer, own: frozenset[str]) -> bool:
    return len(words(answer) & own) >= SHARE * len(own)
