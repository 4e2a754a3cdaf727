"""The catalogue: compiled, checked, reviewed, kept up to date, harvested, found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from shixiao.records.models import CatalogueItem, GramCount, Harvest, LeafRow, Notice
from shixiao.sharing.catalogue import Dataset, read_datasets
from shixiao.terms import BadInput, Text
from shixiao.workflows import files, queued
from shixiao.workflows.catalogue import compiling, harvesting, taking_in
from shixiao.workflows.catalogue.compiling import Faulty
from shixiao.workflows.catalogue.harvesting import Origin
from shixiao.workflows.catalogue.keeping import dataset_of
from shixiao.workflows.moving import Act
from shixiao.workflows.refusals import Forbidden, Incomplete, Stale
from shixiao.workflows.search import DATASET, search
from tests.cast import NOW, TODAY, Cast
from tests.dealing import HEALTH, WITHHELD, drafted, published

pytestmark = pytest.mark.django_db
PLATFORM = Origin("市政务数据平台")


def act(cast: Cast, name: str, item: CatalogueItem) -> Act:
    item.refresh_from_db()
    return Act(cast.actor(name), NOW, item.version)


def found(query: str) -> list[str]:
    return [entry.key for entry in search(query, kind=DATASET)]


def test_an_entry_is_compiled_reviewed_and_then_found(cast: Cast) -> None:
    item = drafted(cast)
    assert dataset_of(item) == HEALTH
    assert found("户籍") == []
    item = compiling.submit(item, act(cast, "chu", item))
    assert (item.state, item.due) == ("submitted", date(2026, 3, 4))  # two working days, art. 17
    item = compiling.publish(item, act(cast, "li", item))
    assert found("户籍") == [item.code]
    events = list(LeafRow.objects.values_list("event", flat=True))
    assert events == ["dataset.listed", "dataset.moved", "dataset.moved"]


def test_the_name_of_the_person_is_encrypted(cast: Cast) -> None:
    item = drafted(cast)
    assert item.listed["person"] == ""
    assert item.person == "周某"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"sharing": ""}, "sharing"),
        (WITHHELD | {"basis": "《婚姻登记档案管理办法》第十五条"}, "basis"),
        ({"secrecy_checked": None}, "secrecy_checked"),
        ({"person": ""}, "person"),
    ],
)
def test_what_lacks_something_is_not_submitted(
    cast: Cast, changed: dict[str, Any], field: str
) -> None:
    item = drafted(cast, **changed)
    with pytest.raises(Faulty) as refused:
        compiling.submit(item, act(cast, "chu", item))
    assert field in {fault.field for fault in refused.value.faults}
    item.refresh_from_db()
    assert item.state == "drafted"


def test_a_change_of_law_sets_ten_working_days_from_its_day_and_five_more_once(cast: Cast) -> None:
    item = published(cast)
    changed_on = date(2026, 2, 27)
    item = compiling.change(item, act(cast, "li", item), changed_on=changed_on, reason="职责调整")
    assert (item.state, item.due) == (
        "updating",
        date(2026, 3, 12),
    )  # Saturday 28 February is worked
    assert Notice.objects.get().link == f"/catalogue/{item.code}/"
    item = compiling.extend(item, act(cast, "li", item), reason="系统改造")
    assert item.due == date(2026, 3, 19)
    with pytest.raises(Incomplete):
        compiling.extend(item, act(cast, "li", item), reason="再延")
    changed = replace(HEALTH, name=Text("户籍人口新库", "Residents (new)"))
    item = compiling.rewrite(item, changed, act(cast, "chu", item))
    assert found("新库") == [item.code]
    item = compiling.submit(item, act(cast, "chu", item))
    item = compiling.publish(item, act(cast, "li", item))
    assert (item.due, item.extended, item.changed_on) == (None, False, None)


def test_a_change_cannot_lie_ahead(cast: Cast) -> None:
    item = published(cast)
    tomorrow = TODAY + timedelta(days=1)
    with pytest.raises(Incomplete) as refused:
        compiling.change(item, act(cast, "li", item), changed_on=tomorrow, reason="x")
    assert refused.value.field == "changed_on"


def test_what_is_sent_back_or_withdrawn_is_found_no_more(cast: Cast) -> None:
    item = published(cast)
    compiling.withdraw(item, act(cast, "li", item), reason="并入另一条")
    assert found("户籍") == []
    assert GramCount.objects.filter(kind=DATASET).count() == 0
    other = drafted(cast, id="D-2")
    other = compiling.submit(other, act(cast, "chu", other))
    assert compiling.send_back(other, act(cast, "li", other), reason="缺").state == "drafted"


def test_nobody_compiles_for_another_department_or_reviews_its_own(cast: Cast) -> None:
    item = drafted(cast)
    with pytest.raises(Forbidden):
        compiling.submit(item, act(cast, "wu", item))
    item = compiling.submit(item, act(cast, "chu", item))
    with pytest.raises(Forbidden):
        compiling.publish(item, act(cast, "zhou", item))
    with pytest.raises(Stale):
        compiling.submit(item, Act(cast.actor("chu"), NOW, 0))


def test_an_identifier_is_taken_once(cast: Cast) -> None:
    drafted(cast)
    with pytest.raises(Incomplete) as refused:
        drafted(cast)
    assert refused.value.field == "id"


# ── harvesting ───────────────────────────────────────────────────────────────────────────────────


def listing(n: int = 30) -> list[Dataset]:
    return [
        replace(HEALTH, id=f"P-{i}", name=Text(f"数据集{i}号", f"Dataset {i}")) for i in range(n)
    ]


def harvest(cast: Cast, datasets: list[Dataset]) -> tuple[int, int, int]:
    made = harvesting.harvest(datasets, PLATFORM, actor=cast.actor("li"), at=NOW)
    return made.added, made.changed, made.gone


def test_a_second_harvest_changes_nothing(cast: Cast) -> None:
    assert harvest(cast, listing()) == (30, 0, 0)
    before = list(CatalogueItem.objects.values_list("code", "version", "sha256"))
    assert harvest(cast, listing()) == (0, 0, 0)
    assert harvest(cast, listing()[::-1]) == (0, 0, 0)
    assert list(CatalogueItem.objects.values_list("code", "version", "sha256")) == before


def test_an_entry_is_found_again_by_its_identifier_and_not_by_its_name(cast: Cast) -> None:
    harvest(cast, listing())
    renamed = [replace(listing()[0], name=Text("婚姻登记", "Marriages")), *listing()[1:]]
    assert harvest(cast, renamed) == (0, 1, 0)
    assert CatalogueItem.objects.count() == 30
    assert len(found("婚姻")) == 1
    assert "数据集0号" not in {e.name.zh for e in search("数据集0号", kind=DATASET)}


def test_what_the_source_no_longer_lists_is_withdrawn_and_comes_back(cast: Cast) -> None:
    harvest(cast, listing())
    assert harvest(cast, listing(29)) == (0, 0, 1)
    assert harvest(cast, listing(29)) == (0, 0, 0)
    assert found("29号") == []
    assert harvest(cast, listing()) == (0, 1, 0)
    assert len(found("29号")) == 1


def test_two_sources_may_use_the_same_identifier(cast: Cast) -> None:
    harvest(cast, listing(1))
    made = harvesting.harvest(listing(1), Origin("另一平台"), actor=cast.actor("li"), at=NOW)
    assert made.added == 1
    assert CatalogueItem.objects.count() == 2


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"provider": "nobody"}, "提供单位"), ({"id": "P-0"}, "重复"), ({"id": "x" * 201}, "过长")],
)
def test_a_harvest_is_whole_or_not_at_all(cast: Cast, changed: dict[str, Any], said: str) -> None:
    datasets = listing()
    datasets[7] = replace(datasets[7], **changed)
    with pytest.raises(BadInput) as refused:
        harvest(cast, datasets)
    assert said in refused.value.text.zh
    assert not CatalogueItem.objects.exists()


def test_faults_of_what_was_harvested_are_counted(cast: Cast) -> None:
    harvest(cast, [replace(HEALTH, id="P-1", sharing="not_shared", basis="内部规定", reason="")])
    assert CatalogueItem.objects.get().faults == 2


def test_a_department_does_not_harvest(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        harvesting.harvest(listing(1), PLATFORM, actor=cast.actor("chu"), at=NOW)


def asked_for(cast: Cast, text: str, called: str = "目录.csv") -> Harvest:
    kept = files.store(text.encode(), at=NOW)
    origin = Origin(PLATFORM.name, file=kept, called=called)
    return harvesting.ask(origin, actor=cast.actor("li"), at=NOW)


LISTED = "资源标识,目录名称,提供单位代码\nA,婚姻登记,health\nB,失业保险,housing\n"


def test_a_worker_reads_what_was_asked_for_and_says_what_came(cast: Cast) -> None:
    made = asked_for(cast, LISTED)
    assert not CatalogueItem.objects.exists()
    assert harvesting.run_waiting() == 1
    made.refresh_from_db()
    assert (made.state, made.seen, made.added, made.problem) == ("done", 2, 2, None)
    assert Notice.objects.get().link == f"/catalogue/imports/{made.code}/"
    assert LeafRow.objects.get(event="dataset.harvested").subject == made.code
    assert harvesting.run_waiting() == 0


def test_what_cannot_be_read_says_where_and_changes_nothing(cast: Cast) -> None:
    harvest(cast, listing(3))
    made = asked_for(cast, LISTED.replace("失业保险", ""))
    harvesting.run_waiting()
    made.refresh_from_db()
    assert made.state == "failed"
    assert made.problem.zh.startswith("目录.csv，第 2 行，“目录名称”列")
    assert CatalogueItem.objects.filter(state="published").count() == 3


def test_a_platform_that_does_not_answer_is_said_so(cast: Cast) -> None:
    origin = Origin("平台", address="http://127.0.0.1:9")
    made = harvesting.ask(origin, actor=cast.actor("li"), at=NOW)
    harvesting.run_waiting()
    made.refresh_from_db()
    assert (made.state, "没有按 CKAN 接口应答" in made.problem.zh) == ("failed", True)


def test_a_source_is_read_by_one_job_at_a_time(cast: Cast) -> None:
    asked_for(cast, LISTED)
    with pytest.raises(Stale):
        asked_for(cast, LISTED)
    harvesting.run_waiting()
    assert asked_for(cast, LISTED).state == "queued"


def test_what_a_vanished_worker_left_is_taken_up_and_only_the_rest_is_written(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "catalogue.csv"
    path.write_text(LISTED, "utf-8")
    whole = taking_in.compare(
        read_datasets(path, file=path.name), PLATFORM.name, tell=lambda _: None
    )
    half = replace(whole, fresh=whole.fresh[:1], gone=["X"])
    monkeypatch.setattr(taking_in, "BATCH", 1)
    made = asked_for(cast, LISTED)
    claimed = queued.claim(Harvest.objects.all())
    assert claimed is not None

    def stops(*_: Any) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(taking_in, "_withdraw", stops)
        with pytest.raises(KeyboardInterrupt):
            harvesting._write(claimed, half, at=NOW)
    assert CatalogueItem.objects.count() == 1
    assert harvesting.resume(now=timezone.now() + timedelta(minutes=3)) == 1
    harvesting.run_waiting()
    made.refresh_from_db()
    assert (made.state, made.attempts, made.seen, made.added, made.changed) == ("done", 2, 2, 2, 0)
    # The first worker was only slow: its claim is gone, and so is its say.
    harvesting._write(claimed, half, at=NOW)
    made.refresh_from_db()
    assert (made.seen, made.added) == (2, 2)


def test_after_three_attempts_it_has_failed_and_says_what_stays(cast: Cast) -> None:
    made = asked_for(cast, LISTED)
    for _ in range(3):
        assert queued.claim(Harvest.objects.all()) is not None
        harvesting.resume(now=timezone.now() + timedelta(minutes=3))
    made.refresh_from_db()
    assert (made.state, made.problem) == ("failed", harvesting.ENDED)
