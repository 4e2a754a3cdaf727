"""The same town gives the same index on DuckDB and on Spark."""

from __future__ import annotations

import json

import pytest

from bars.scenes import opened
from shixiao.checkup.index import index
from tests.spec.conftest import SPARK


@pytest.mark.parametrize(
    "url", [pytest.param("spark://local[2]", marks=(*SPARK, pytest.mark.slow))]
)
def test_every_number_is_the_same(result, town, settings, url):
    with opened(town, settings, url=url) as scene:
        again = index(scene, capped={})
    assert json.dumps(again.to_json()) == json.dumps(result.to_json())
