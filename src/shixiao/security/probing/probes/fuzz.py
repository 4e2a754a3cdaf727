"""Fuzz: what an interface does with what its description does not expect.

Schemathesis makes the requests from the target's OpenAPI, as a process of its own; each goes
through :class:`Reach`. A server error counts where the same request brings it again. An operation
that was asked too little was not tested, and then nothing is said to hold.
Source: OWASP ASVS 5.0.0, V2.2.1, V16.5.1 and V16.5.3; Hatfield-Dodds and Dygalo, ICSE 2022.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shixiao.security.probing.inputs import base_path, read_openapi
from shixiao.security.probing.passing import Passed, passing_on
from shixiao.security.probing.probe import Given, Seen, probe
from shixiao.security.probing.probes.exposed import DEBUGGING
from shixiao.security.probing.reach import Answer, NotAssessed, Reach
from shixiao.terms import Text

TOOL = Path(sys.executable).with_name("schemathesis")
SECONDS = 240.0  # for the tool
EXAMPLES = 40  # for one operation
LEAST = 5  # requests for one operation, below which it was not tested
DEEPEST = 60  # of a description
METHODS = ("get", "post", "put", "delete", "patch", "head", "options")
NO_TOOL = Text(
    "没有安装 schemathesis，无法测试接口。", "schemathesis is not installed, so it cannot be told."
)
NO_OPENAPI = Text(
    "没有给出接口描述（--openapi），无法测试接口。",
    "No interface description was named (--openapi), so it cannot be told.",
)
FOREIGN = Text(
    "接口描述引用了别处的文件，为不越出同意的范围，没有测试。",
    "The interface description refers to files elsewhere; to stay in the consent, it was not used.",
)
TOO_LITTLE = Text(
    "接口 {name} 只收到 {n} 个请求，没有测完。",
    "The operation {name} got {n} requests alone, so it was not tested.",
)


@probe("fuzz")
def fuzz(reach: Reach, given: Given) -> Iterator[Seen]:
    """Let the tool ask, and ask again what brought a server error."""
    reach.check_heavy("fuzz")
    if not given.openapi:
        raise NotAssessed(NO_OPENAPI)
    if not TOOL.exists() or given.workshop is None:
        raise NotAssessed(NO_TOOL)
    described = read_openapi(reach.get(given.openapi), given.openapi)
    if not _stays(described, 0):
        raise NotAssessed(FOREIGN)
    heard = _Heard(_operations(described, base_path(described, reach)))
    adds = {"Authorization": f"Bearer {given.token}"} if given.token else None
    with passing_on(reach, heard, adds=adds) as place:
        _run(described, f"{place}{base_path(described, reach)}", given.workshop, reach.left())
    for name in heard.patterns:
        if heard.asked[name] < LEAST:
            raise NotAssessed(TOO_LITTLE.format(name=name[:120], n=heard.asked[name]))
        failed = heard.failed.get(name)
        answer = failed.again(reach) if failed else None
        yield Seen(
            "errors", answer is None or answer.status < 500, name[:200], {"name": name[:200]}
        )
        yield Seen("inside", name not in heard.telling, name[:200], {"name": name[:200]})


class _Heard:
    """What was asked of each operation, and what came of it."""

    def __init__(self, patterns: Mapping[str, tuple[str, re.Pattern[str]]]) -> None:
        self.patterns = patterns
        self.asked: Counter[str] = Counter()
        self.failed: dict[str, Passed] = {}
        self.telling: set[str] = set()

    def __call__(self, passed: Passed, answer: Answer) -> None:
        """Hear of one request."""
        path = passed.path.partition("?")[0]
        for name, (method, pattern) in self.patterns.items():
            if method == passed.method and pattern.fullmatch(path):
                self.asked[name] += 1
                if answer.status >= 500:
                    self.failed.setdefault(name, passed)
                if DEBUGGING.search(answer.body):
                    self.telling.add(name)
                return


def _operations(described: Mapping[str, Any], base: str) -> dict[str, tuple[str, re.Pattern[str]]]:
    found = {}
    for path, item in described["paths"].items():
        parts = re.split(r"\{[^{}]*\}", str(path))
        pattern = re.compile(re.escape(base) + "[^/]*".join(map(re.escape, parts)))
        for method in METHODS:
            if isinstance(item, Mapping) and isinstance(item.get(method), Mapping):
                found[f"{method.upper()} {path}"] = (method.upper(), pattern)
    return found


def _stays(value: Any, depth: int) -> bool:
    """Say whether a description refers to nothing but itself."""
    if depth > DEEPEST:
        return False
    if isinstance(value, Mapping):
        told = value.get("$ref", "#")
        inside = not isinstance(told, str) or told.startswith("#")
        return inside and all(_stays(each, depth + 1) for each in value.values())
    return not isinstance(value, list) or all(_stays(each, depth + 1) for each in value)


def _run(described: Mapping[str, Any], place: str, workshop: Path, left: float) -> None:
    """Run the tool; what it makes of the answers does not count.

    Raises:
        NotAssessed: it did not end in its time.
    """
    schema = workshop / "openapi.json"
    schema.write_text(json.dumps(described, default=str), "utf-8")
    seconds = min(SECONDS, left)
    options = ["--phases", "examples,coverage,fuzzing", "--checks", "not_a_server_error"]
    options += ["--max-redirects", "0", "--request-timeout", "10", "--workers", "1", "--seed", "1"]
    options += ["--max-examples", str(EXAMPLES), "--generation-database", "none", "--no-color"]
    options += ["--continue-on-failure", "--no-shrink", "--warnings", "off"]
    try:
        subprocess.run(  # noqa: S603 a tool of ours, told of nothing but our own address
            [str(TOOL), "run", str(schema), "--url", place or "/", *options],
            cwd=workshop,
            env={"PATH": os.defpath, "HOME": str(workshop), "NO_PROXY": "*"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return  # what was asked until then counts, where it was enough
