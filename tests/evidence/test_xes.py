"""XES: every attribute with its type, in bounded memory, and clear words for broken files."""

from __future__ import annotations

import contextlib
import gzip
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.evidence.readers import xes_stream as xes
from shixiao.evidence.readers.xes import read_xes
from shixiao.evidence.readers.xes_stream import stream_xes
from shixiao.terms import BadInput

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0"><extension name="Concept" prefix="concept" uri="x"/>
<global scope="event"><string key="concept:name" value="UNKNOWN"/></global>
<classifier name="Name" keys="concept:name"/>"""


def event(name: str, ts: str, more: str = "") -> str:
    return (
        f'<event><string key="concept:name" value="{name}"/>'
        f'<date key="time:timestamp" value="{ts}"/>{more}</event>'
    )


def trace(name: str, *events: str, more: str = "") -> str:
    return f'<trace><string key="concept:name" value="{name}"/>{more}{"".join(events)}</trace>'


def written(tmp_path: Path, *traces: str, head: str = HEAD) -> Path:
    path = tmp_path / "log.xes"
    path.write_text(head + "".join(traces) + "</log>", "utf-8")
    return path


def columns(path: Path) -> dict[str, list[object]]:
    batches = [batch.events for batch in stream_xes(path)]
    return pa.concat_tables(
        [pa.table(batch) for batch in batches], promote_options="permissive"
    ).to_pydict()


def test_every_type_keeps_its_value(tmp_path: Path) -> None:
    more = (
        '<int key="n" value="-7"/><float key="f" value="2.5"/><boolean key="yes" value="True"/>'
        '<boolean value="false" key="no"/><id key="i" value="a-1"/>'
        '<string key="s" value="5 &lt; 6"/>'
    )
    path = written(tmp_path, trace("c1", event("A", "2024-01-01T08:00:00.250+08:00", more)))
    found = columns(path)
    assert {key: found[key][0] for key in ("n", "f", "yes", "no", "i", "s")} == {
        "n": -7,
        "f": 2.5,
        "yes": True,
        "no": False,
        "i": "a-1",
        "s": "5 < 6",
    }
    assert found["time:timestamp"][0].isoformat() == "2024-01-01T00:00:00.250000+00:00"


def test_nested_attributes_lists_and_globals_are_no_attributes_of_the_event(tmp_path: Path) -> None:
    nested = (
        '<string key="outer" value="x"><string key="inner" value="y"/></string>'
        '<list key="l"><string key="member" value="z"/></list>'
    )
    found = columns(written(tmp_path, trace("c1", event("A", "2024-01-01T08:00:00Z", nested))))
    assert set(found) == {"__case", "concept:name", "time:timestamp", "outer"}
    assert found["concept:name"] == ["A"]


def test_an_attribute_that_comes_late_is_null_before(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        trace("c1", event("A", "2024-01-01T08:00:00Z"), event("B", "2024-01-02T08:00:00Z")),
        trace("c2", event("A", "2024-01-03T08:00:00Z", '<int key="n" value="3"/>')),
    )
    assert columns(path)["n"] == [None, None, 3]


def test_batches_are_cut_between_traces_and_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xes, "BATCH_EVENTS", 3)
    traces = [
        trace(f"c{i}", *[event(f"A{j}", "2024-01-01T08:00:00Z") for j in range(i % 4)])
        for i in range(12)
    ]
    path = written(tmp_path, *traces)
    batches = list(stream_xes(path))
    assert len(batches) > 3
    numbers = [n for batch in batches for n in batch.events.column("__case").to_pylist()]
    assert numbers == [i for i in range(12) for _ in range(i % 4)]
    names = [n for batch in batches for n in batch.cases.column("concept:name").to_pylist()]
    assert names == [f"c{i}" for i in range(12)]
    work = tmp_path / "work"
    work.mkdir()
    tables = {t.name: t for t in read_xes(path, name="log.xes", source="log", work=work)}
    assert tables["events"].parquet is not None


def test_a_gzip_file_reads_like_the_plain_one(tmp_path: Path) -> None:
    path = written(tmp_path, trace("c1", event("受理", "2024-01-01T08:00:00Z")))
    packed = tmp_path / "log.xes.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert columns(packed) == columns(path)


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "aaaaaaaaaa">'
    '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><log><trace>'
    '<string key="&b;" value="x"/></trace></log>'
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(BOMB, "DTD", id="billion laughs"),
        pytest.param(HEAD + "<trace>", "not well-formed", id="cut off"),
        pytest.param("", "not well-formed", id="empty"),
        pytest.param(
            HEAD + trace("c1", event("A", "yesterday")) + "</log>", "valid date", id="time"
        ),
        pytest.param(
            HEAD
            + trace("c1", event("A", "2024-01-01T08:00:00"), event("B", "2024-01-01T08:00:00Z"))
            + "</log>",
            "all with a zone or all without",
            id="mixed zones",
        ),
        pytest.param(
            HEAD
            + trace("c1", event("A", "2024-01-01T08:00:00Z", '<int key="n" value="x"/>'))
            + "</log>",
            "valid int",
            id="number",
        ),
    ],
)
def test_a_broken_log_is_refused_in_words(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "log.xes"
    path.write_text(content, "utf-8")
    with pytest.raises(BadInput, match=words):
        list(stream_xes(path))


def test_an_unreadable_value_is_named_with_its_row_and_column(tmp_path: Path) -> None:
    path = written(tmp_path, trace("c1", event("A", "2024-01-01T08:00:00Z"), event("B", "31 June")))
    with pytest.raises(BadInput) as caught:
        list(stream_xes(path))
    assert (caught.value.file, caught.value.row, caught.value.column) == (
        "log.xes",
        2,
        "time:timestamp",
    )


@pytest.mark.parametrize("cut", [10, 60, 200])
def test_truncated_gzip_is_named(tmp_path: Path, cut: int) -> None:
    path = written(
        tmp_path, *(trace(f"c{i}", event("A", "2024-01-01T08:00:00Z")) for i in range(99))
    )
    packed = tmp_path / "log.xes.gz"
    packed.write_bytes(gzip.compress(path.read_bytes())[:-cut])
    with pytest.raises(BadInput, match=r"log\.xes\.gz"):
        list(stream_xes(packed))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('<event><string key="concept:name" value="A"/></event>', "time:timestamp"),
        (
            '<event><date key="time:timestamp" value="2024-01-01T08:00:00Z"/></event>',
            "concept:name",
        ),
    ],
)
def test_a_log_without_names_or_times_is_refused(tmp_path: Path, body: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read_xes(written(tmp_path, trace("c1", body)), name="log.xes", source="log", work=tmp_path)


def test_two_traces_of_one_name_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, *(trace("c1", event("A", "2024-01-01T08:00:00Z")) for _ in range(2)))
    with pytest.raises(BadInput, match="names 2 traces"):
        read_xes(path, name="log.xes", source="log", work=tmp_path)


@given(st.binary(max_size=400))
def test_arbitrary_bytes_raise_nothing_but_bad_input(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "log.xes"
    path.write_bytes(content)
    with contextlib.suppress(BadInput):
        list(stream_xes(path))


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60))
def test_any_text_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, value: str
) -> None:
    folder = tmp_path_factory.mktemp("text")
    more = f'<string key="s" value={quoteattr(value)}/>'
    path = written(folder, trace("c1", event("A", "2024-01-01T08:00:00Z", more)))
    assert columns(path)["s"] == [value]


def test_an_empty_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no trace"):
        read_xes(written(tmp_path), name="log.xes", source="log", work=tmp_path)
