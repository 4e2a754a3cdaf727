"""A gateway for each test; receipts are sealed fast."""

from __future__ import annotations

from pathlib import Path

import pytest

from bars.gateways import Place, gateway_in


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return gateway_in(tmp_path, people=300, limits={"seal": 0.02, "linger": 0.001})
