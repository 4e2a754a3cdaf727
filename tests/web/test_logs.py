"""Logs: one line of JSON an entry, with the id of the request."""

from __future__ import annotations

import json
import logging

import pytest
from django.test import Client

from shixiao.web.shell.logs import OneLine, request_id


def test_an_entry_is_one_line_with_the_id_of_its_request() -> None:
    record = logging.LogRecord("shixiao.x", logging.INFO, "", 1, "done\n%s", ("now",), None)
    record.fields = {"status": 200}
    marked = request_id.set("abcdef12")
    try:
        line = OneLine().format(record)
    finally:
        request_id.reset(marked)
    assert "\n" not in line
    assert json.loads(line) | {"at": ""} == {
        "at": "",
        "level": "info",
        "logger": "shixiao.x",
        "message": "done\nnow",
        "request": "abcdef12",
        "status": 200,
    }


def test_every_answer_carries_its_id_and_is_logged_by_the_name_of_its_address(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "shixiao.access"):
        answer = Client(headers={"host": "localhost"}).get("/hashes/?q=13900000000")
    assert len(answer["X-Request-Id"]) == 16
    (entry,) = [r for r in caplog.records if r.name == "shixiao.access"]
    assert entry.fields["address"] == "hashes"
    assert "13900000000" not in OneLine().format(entry)
