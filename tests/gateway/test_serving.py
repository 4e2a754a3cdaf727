"""The gateway as a process: the recipe of the docs, the client, the commands, two workers."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from bars.gateway_servers import GATEWAY, ROOT, free_port, server
from bars.gateways import GRANTS, RECIPIENT, gateway_in, person
from shixiao.cli import cli
from shixiao.gateway.client import Client
from shixiao.sharing.grants import write_oaas
from shixiao.terms import BadInput

pytestmark = pytest.mark.slow


def test_a_department_asks_by_recipe_client_and_command_and_a_leak_is_traced(
    tmp_path: Path,
) -> None:
    port = free_port()
    at, known = f"http://127.0.0.1:{port}", "http://gateway.test"
    place = gateway_in(tmp_path, people=400, port=port, workers=2)
    key = tmp_path / "key.pem"
    key.write_bytes(RECIPIENT.pem())
    with server(port, *GATEWAY, str(place.path)):
        recipe = re.search(r"```bash\n(.*?)```", _page("gateway.md"), re.DOTALL)
        assert recipe is not None
        told = {"GATEWAY": at, "PUBLIC_URL": known, "KEY_ID": "housing-1", "KEY_FILE": str(key)}
        came = subprocess.run(
            ["bash", "-c", recipe[1]],
            cwd=tmp_path,
            env=os.environ | told,
            capture_output=True,
            check=True,
        )
        assert json.loads(came.stdout)["records"][0]["name"] == "王*"
        client = Client(known, RECIPIENT, "housing-1", at=at)
        with pytest.raises(BadInput, match="no_grant"):
            client.look_up("people", purpose="x", case="C00000001", key=person(1))
        first = client.batch("people", purpose="rent-aid", case="census")
        client.batch("people", purpose="rent-aid", case="census", cursor=first.cursor)
        client.close()
    _traced(tmp_path, first.body)


def _traced(folder: Path, leaked: bytes) -> None:
    copy, grants = folder / "copy.csv", folder / "oaas"
    copy.write_bytes(leaked)
    grants.mkdir()
    for grant in GRANTS:
        (grants / f"{grant.id}.yaml").write_text(write_oaas(grant), "utf-8")
    args = [str(copy), "--receipts", str(folder), "--grants", str(grants), "--json"]
    found = json.loads(CliRunner().invoke(cli, ["sharing", "leak", *args]).output)["grants"]
    assert [(each["grant"], each["named"], each["covered"]) for each in found] == [
        ("G-3", True, 200)
    ]
    assert len(found[0]["persons"]) == 200
    config = ["--config", str(folder / "gateway.yaml")]
    told = CliRunner().invoke(cli, ["gateway", "export", *config]).output
    rows = list(csv.DictReader(told.splitlines()))
    assert [row["ok"] for row in rows] == ["1", "0", "1", "1"]
    asked = CliRunner().invoke(
        cli, ["gateway", "uses", *config, "--person-file", "-", "--json"], input=person(1)
    )
    assert len(json.loads(asked.output)["uses"]) == 1
    anchors = CliRunner().invoke(cli, ["gateway", "anchors", *config]).output
    assert "data.test/gw1/w0" in anchors


def _page(name: str) -> str:
    return (ROOT / "docs/how-to" / name).read_text("utf-8")
