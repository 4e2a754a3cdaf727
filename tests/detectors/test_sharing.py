"""Sharing: each breach and each of the sixteen acts is raised, and its lawful twin never is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shixiao.checkup import Evaluation, Question, evaluate
from shixiao.checkup.detectors.registry import described
from shixiao.checkup.detectors.trial import Outcome
from shixiao.settings import Settings
from shixiao.terms import Finding
from tests.detectors import packages as p
from tests.detectors.packages import Row, Tables, write

Run = Callable[[Tables], Evaluation]
LAW, RULE = "《中华人民共和国统计法》第二十五条", "《某某数据管理办法》第三条"
LAST_DAY, UNUSED = "2026-12-31", "unused_grant"
DATASETS = (
    ("dataset_id", "name", "department_id", "sharing", "basis", "elements"),
    [
        ("free", "婚姻登记", "D1", "unconditional", "", "E1;E2"),
        ("bound", "不动产", "D1", "conditional", "", "E3"),
        ("closed", "统计个案", "D1", "not_shared", LAW, "E4"),
    ],
)
REQUEST = (
    *("request_id", "dataset_id", "from_department", "opened", "answered", "decision", "reason"),
    *("basis", "delivered", "extension", "consented", "excuse", "notified"),
)
DUTY = ("duty_id", "act", "holder", "opened", "due", "done", "extension", "consented")
GRANT = (
    *("grant_id", "dataset_id", "to_department", "purpose", "fields", "starts", "ends"),
    *("stopped", "stop_reason"),
)
EXCHANGE = (
    *("exchange_id", "ts", "dataset_id", "to_department", "grant_id", "purpose", "ok"),
    *("passed_to", "consented"),
)
USED = ("X1", "2026-03-02", "free", "D2", "G1", "核验", 1, "", 0)
HELD = ("G1", "free", "D2", "核验", "E1", "2026-01-01", "", "", "")


def _tables(**rows: list[Row]) -> Tables:
    """Return a package whose last day is the end of 2026, with some rows of sharing."""
    heads = {"requests": REQUEST, "duties": DUTY, "grants": GRANT, "exchanges": EXCHANGE}
    tables: Tables = {
        "departments": p.DEPARTMENTS,
        "datasets": DATASETS,
        "usage": (("subject_id", "day", "completions"), [("A1", LAST_DAY, 3)]),
    }
    return tables | {name: (heads[name], mine) for name, mine in rows.items()}


def _asking(*elements: str) -> Tables:
    """Return a service of D2 that asks for elements, online and at the counter."""
    heads = ("service_id", "channel", "item_id", "item_name", "kind", "element_id")
    return {
        "services": (("service_id", "name", "department_id"), [("S1", "租房补贴", "D2")]),
        "requirements": (
            heads,
            [
                ("S1", channel, f"I{n}", f"材料{n}", "material", element)
                for channel in ("online", "counter")
                for n, element in enumerate(elements)
            ],
        ),
    }


def _found(evaluation: Evaluation, kind: str) -> list[Finding]:
    return [finding for finding in evaluation.checkup.findings if finding.kind == kind]


def _duty(act: str, opened: str, due: str, done: str, extension: str = "", consented: str = ""):
    return ("duties", ("T1", act, "D1", opened, due, done, extension, consented))


def _request(
    dataset: str,
    opened: str,
    answered: str = "",
    decision: str = "",
    basis: str = "",
    delivered: str = "",
    late: tuple[str, str, str] = ("", "", ""),
    notified: int | str = "",
):
    why = "用途不明" if decision == "不同意" else ""
    row = ("R1", dataset, "D2", opened, answered, decision, why, basis, delivered, *late, notified)
    return ("requests", row)


def _grant(stopped: str, reason: str = "", ends: str = ""):
    return ("grants", ("G1", "free", "D2", "核验", "E1", "2026-01-01", ends, stopped, reason))


def _use(*, purpose: str = "核验", passed_to: str = "", consented: int = 0):
    return ("exchanges", (*USED[:5], purpose, 1, passed_to, consented))


# (act, what was done, is it an act). National Day 2026 closes offices from 1 to 7 October; the
# tenth of October is worked, so ten working days from 28 September end on 16 October.
ACTS = [
    ("39-1", _duty("更新目录", "2026-09-28", "", "2026-10-19"), True),
    ("39-1", _duty("更新目录", "2026-09-28", "2026-12-01", "2026-10-19"), True),
    ("39-1", _duty("更新目录", "2026-09-28", "", ""), True),
    ("39-1", _duty("更新目录", "2026-09-28", "", "2026-10-16"), False),
    ("39-1", _duty("更新目录", "2026-09-28", "", "2026-10-19", "5", "2026-10-16"), False),
    ("39-1", _duty("更新目录", "2026-09-28", "", "2026-10-19", "5", "2026-10-17"), True),
    ("39-1", _duty("更新目录", "2026-09-28", "", "2026-10-26", "20", "2026-10-12"), True),
    ("39-1", _duty("更新目录", "2026-12-28", "", ""), False),
    ("39-1", _duty("compile_catalogue", "2026-03-02", "2026-06-30", "2026-07-01"), True),
    ("39-1", _duty("compile_catalogue", "2026-03-02", "2026-06-30", "2026-06-30"), False),
    ("39-1", _duty("compile_catalogue", "2026-03-02", "", ""), False),
    ("39-2", _request("free", "2026-03-02", "2026-03-03", "不同意", RULE), True),
    ("39-2", _request("free", "2026-03-02", "2026-03-03", "refused"), True),
    ("39-2", _request("free", "2026-03-02", "2026-03-03", "未予批准", RULE), True),
    ("39-2", _request("free", "2026-03-02", "2026-03-03", "未通过", RULE), True),
    ("39-2", _request("free", "2026-03-02", "2026-03-03", "not approved", RULE), True),
    ("39-2", _request("free", "2026-03-02", "2026-03-03", "disagreed", RULE), True),
    (
        "39-2",
        _request(
            "free", "2026-03-02", "2026-03-03", "granted without conditions", "", "2026-03-03"
        ),
        False,
    ),
    ("39-2", _request("free", "2026-03-02", "2026-03-03", "不同意", LAW), False),
    ("39-2", _request("bound", "2026-03-02", "2026-03-03", "不同意", RULE), False),
    ("39-2", _request("bound", "2026-03-02", "2026-03-09", "不同意", RULE, notified=0), True),
    ("39-2", _request("bound", "2026-03-02", "2026-03-09", "不同意", LAW, notified=0), True),
    ("39-2", _request("bound", "2026-03-02", "2026-03-09", "不同意", RULE, notified=1), False),
    ("39-2", _request("free", "2026-03-02", "2026-03-03", "不同意", RULE, notified=1), True),
    (
        "39-2",
        _request("free", "2026-03-02", "2026-03-03", "同意", "", "2026-03-03", notified=0),
        False,
    ),
    ("39-3", _duty("完善数据", "2026-03-02", "2026-04-30", ""), True),
    ("39-3", _duty("完善数据", "2026-03-02", "2026-04-30", "2026-05-06", "5", "2026-04-20"), False),
    ("39-4", _request("free", "2026-03-02", "2026-03-04", "不同意", LAW), True),
    ("39-4", _request("free", "2026-03-02", "2026-03-03", "不同意", LAW), False),
    ("39-4", _request("bound", "2026-09-28", "2026-10-19", "不同意", LAW), True),
    ("39-4", _request("bound", "2026-09-28", "2026-10-16", "不同意", LAW), False),
    ("39-4", _request("bound", "2026-03-02"), True),
    ("39-4", _request("bound", "2026-12-28"), False),
    ("39-4", _request("bound", "2026-03-02", "2026-05-06", "撤回"), False),
    (
        "39-4",
        _request("bound", "2026-09-28", "2026-10-19", "不同意", LAW, "", ("10", "2026-10-09", "")),
        False,
    ),
    (
        "39-4",
        _request("bound", "2026-09-28", "2026-10-19", "不同意", LAW, "", ("", "", "系统遭灾")),
        False,
    ),
    ("39-4", _request("bound", "2026-03-02", "2026-03-03", "同意"), True),
    ("39-4", _request("bound", "2026-03-02", "2026-03-03", "同意", "", "2026-03-31"), False),
    ("39-4", _request("bound", "2026-03-02", "2026-03-03", "同意", "", "2026-04-01"), True),
    ("39-4", _request("bound", "2026-12-21", "2026-12-22", "同意"), False),
    ("39-5", _duty("数据回流", "2026-03-02", "2026-04-30", "2026-05-06"), True),
    ("39-5", _duty("数据回流", "2026-03-02", "2026-04-30", "2026-04-30"), False),
    ("39-6", _duty("校核数据", "2026-09-28", "", "2026-10-17"), True),
    ("39-6", _duty("校核数据", "2026-09-28", "", "2026-10-16"), False),
    ("39-6", _duty("校核数据", "2026-09-28", "", "2026-10-19", "5", "2026-10-09"), True),
    ("39-7", _grant("2026-06-01"), True),
    ("39-7", _grant("2027-02-01"), False),
    ("39-7", _grant("2026-06-01", "agreed"), False),
    ("39-7", _grant("2026-06-01", "违规使用"), False),
    ("39-7", _grant("2026-06-01", "", "2026-06-01"), False),
    ("39-8", _duty("纳入平台", "2026-03-02", "2026-04-30", ""), True),
    ("39-8", _duty("纳入平台", "2026-03-02", "2027-04-30", ""), False),
    ("40-2", _use(purpose="招商"), True),
    ("40-2", _use(purpose="招商", consented=1), False),
    ("40-2", _use(purpose=""), False),
    ("40-2", _use(purpose="核 验。"), False),
    ("40-3", _use(passed_to="某公司"), True),
    ("40-3", _use(passed_to="某公司", consented=1), False),
    ("40-3", _use(), False),
    ("40-4", _duty("处置数据", "2026-03-02", "2026-04-30", ""), True),
    ("40-4", _duty("处置数据", "2026-03-02", "2026-04-30", "2026-04-29"), False),
    ("40-5", _duty("保存记录", "2023-03-02", "", "2026-03-01"), True),
    ("40-5", _duty("保存记录", "2023-03-02", "", "2026-03-02"), False),
    ("40-5", _duty("保存记录", "2024-02-29", "", ""), False),
    ("40-6", _duty("安全管理", "2026-03-02", "2026-04-30", "2026-06-01"), True),
    ("40-6", _duty("安全管理", "2026-03-02", "2026-04-30", "2026-04-01"), False),
    ("41-1", _duty("明确数源", "2026-03-02", "2026-04-30", ""), True),
    ("41-1", _duty("明确数源", "2026-03-02", "2026-04-30", "2026-04-01"), False),
    ("41-2", _duty("协调争议", "2026-03-02", "2026-04-30", ""), True),
    ("41-2", _duty("settle_dispute", "2026-03-02", "2026-04-30", "2026-04-01"), False),
]


@pytest.fixture(scope="module")
def raised(
    tmp_path_factory: pytest.TempPathFactory, settings: Settings
) -> dict[str, list[Finding]]:
    """Put every act and twin into one city, each with departments of its own: what is raised."""
    rows: dict[str, list[Row]] = {name: [] for name in ("requests", "duties", "grants")}
    rows |= {"exchanges": [], "datasets": []}
    for number, (_, (table, row), _) in enumerate(ACTS):
        own = (f"{row[0]}-{number}", *row[1:])
        if table == "duties":
            own = (*own[:2], f"P{number}", *own[3:])
        else:
            place = 2 if table == "exchanges" else 1
            data = next(d for d in DATASETS[1] if d[0] == own[place])
            rows["datasets"].append((f"{data[0]}{number}", data[1], f"P{number}", *data[3:]))
            own = (*own[:place], f"{data[0]}{number}", *own[place + 1 :])
        if table == "grants":
            own = (*own[:2], f"Q{number}", *own[3:])
        if table == "exchanges":
            own = (*own[:3], f"P{number}", f"G-{number}", *own[5:])
            grant = (f"G-{number}", own[2], f"P{number}", *HELD[3:])
            rows["grants"].append(grant)
        rows[table].append(own)
    data = rows.pop("datasets")
    tables = _tables(**rows) | {"datasets": (DATASETS[0], data)} | _asking("E1")
    folder = write(tmp_path_factory.mktemp("acts") / "package", tables)
    evaluation = evaluate(Question((folder,)), settings=settings, progress=lambda _: None)
    found: dict[str, list[Finding]] = {}
    for finding in _found(evaluation, "liability"):
        found.setdefault(finding.subject.id, []).append(finding)
    return found


@pytest.mark.parametrize("number", range(len(ACTS)))
def test_each_act_is_raised_from_what_was_done_and_never_from_its_lawful_twin(
    raised: dict[str, list[Finding]], number: int
) -> None:
    act, _, wanted = ACTS[number]
    found = raised.get(f"P{number}", [])
    assert [finding.measure for finding in found] == ([act] if wanted else [])
    for finding in found:
        assert not finding.lead
        assert finding.estimate.value == 1
        assert finding.evidence
        assert "{" not in finding.text.zh + finding.text.en
        assert any("政务数据共享条例" in article.zh for article in finding.articles)


def test_nobody_else_is_named(raised: dict[str, list[Finding]]) -> None:
    assert set(raised) == {f"P{n}" for n, (_, _, wanted) in enumerate(ACTS) if wanted}


def test_the_sixteen_acts_of_the_decree_are_all_there_and_all_tried() -> None:
    wanted = [f"39-{n}" for n in range(1, 9)] + [f"40-{n}" for n in range(1, 7)] + ["41-1", "41-2"]
    assert list(described("liability").measures) == wanted
    tried = {(act, raised) for act, _, raised in ACTS}
    assert tried == {(act, raised) for act in wanted if act != "40-1" for raised in (True, False)}


def test_a_service_stopped_after_the_data_were_misused_is_no_act(run: Run) -> None:
    misuse = ("X2", "2026-04-01", "free", "D2", "G1", "招商", 1, "", 0)
    later = ("X2", "2026-06-02", "free", "D2", "G1", "招商", 1, "", 0)
    for exchange, raised in ((misuse, {"40-2"}), (later, {"39-7", "40-2"})):
        _, grant = _grant("2026-06-01")
        found = _found(run(_tables(grants=[grant], exchanges=[exchange])), "liability")
        assert {f.measure for f in found} == raised


@pytest.mark.parametrize(
    ("asked", "ends", "again"),
    [
        (("E1", "E3"), "", 1),
        (("E2", "E3"), "", 0),  # the grant does not cover it
        (("E1",), "2026-11-30", 0),  # the grant has ended
    ],
)
def test_what_a_grant_in_force_gives_may_not_be_asked_of_people(
    run: Run, asked: tuple[str, ...], ends: str, again: int
) -> None:
    grant = (*HELD[:6], ends, "", "")
    evaluation = run(_tables(grants=[grant], exchanges=[USED]) | _asking(*asked))
    found = _found(evaluation, "duplicate_collection")
    assert [(f.subject.id, f.estimate.value, f.estimate.n) for f in found] == (
        [("S1", 1, len(asked))] if again else []
    )
    acts = [(f.measure, f.subject.id) for f in _found(evaluation, "liability")]
    assert acts == ([("40-1", "D2")] if again else [])


@pytest.mark.parametrize(("ground", "again"), [("", 1), (RULE, 1), (LAW, 0)])
def test_an_original_may_be_asked_for_on_a_law_alone(run: Run, ground: str, again: int) -> None:
    asking = _asking("E1")
    heads, rows = asking["requirements"]
    asking["requirements"] = ((*heads, "original_basis"), [(*row, ground) for row in rows])
    evaluation = run(_tables(grants=[HELD], exchanges=[USED]) | asking)
    assert len(_found(evaluation, "duplicate_collection")) == again
    assert len(_found(evaluation, "liability")) == again


@pytest.mark.parametrize(
    ("audience", "element", "again"), [("public", "E1", 1), ("staff", "E1", 0), ("public", "E2", 0)]
)
def test_a_form_for_the_public_may_not_ask_for_what_a_grant_gives(
    run: Run, audience: str, element: str, again: int
) -> None:
    heads = ("form_id", "department_id", "audience", "field_name", "element_id")
    forms = (
        heads,
        [("F1", "D2", audience, "配偶姓名", element), ("F1", "D2", audience, "备注", "")],
    )
    evaluation = run(_tables(grants=[HELD], exchanges=[USED]) | {"forms": forms})
    found = _found(evaluation, "duplicate_collection")
    assert [(f.measure, f.subject.id) for f in found] == [
        ("form_asks_though_granted", "D2")
    ] * again
    acts = _found(evaluation, "liability")
    assert [(f.measure, f.subject.id) for f in acts] == [("40-1", "D2")] * again
    assert all("配偶姓名" in finding.text.zh for finding in (*found, *acts))


def test_data_are_withheld_on_a_law_or_it_is_a_finding(run: Run) -> None:
    heads, rows = DATASETS
    more = [
        ("d1", "企业名录", "D3", "not_shared", RULE, "E9"),
        ("d2", "企业年报", "D3", "not_shared", "", "E9"),
        ("d3", "企业统计", "D3", "not_shared", LAW, "E9"),
        ("d4", "企业信用", "D3", "conditional", RULE, "E9"),
    ]
    found = _found(run(_tables() | {"datasets": (heads, [*rows, *more])}), "no_basis")
    assert [(f.subject.id, f.subject.name.zh) for f in found] == [
        ("d1", "企业名录"),
        ("d2", "企业年报"),
    ]
    assert "部门规章" in found[0].text.zh


def test_a_grant_that_nobody_uses_is_named_after_its_days(run: Run) -> None:
    grants: list[Row] = [
        (f"G{n}", "free", f"D{n}", "核验", "E1", starts, ends, "", "")
        for n, starts, ends in (
            (2, "2026-01-01", ""),
            (3, "2026-01-01", ""),
            (4, "2026-11-01", ""),  # not in force for long
            (5, "2026-01-01", ""),
            (6, "2026-01-01", "2026-06-30"),  # has ended
        )
    ]
    used = ("X1", "2026-03-02", "free", "D2", "G2", "核验", 1, "", 0)
    nothing_came = ("X2", "2026-03-02", "free", "D3", "G3", "核验", 0, "", 0)
    other = ("X3", "2026-03-02", "free", "D5", "", "核验", 1, "", 0)
    found = _found(run(_tables(grants=grants, exchanges=[used, nothing_came, other])), UNUSED)
    assert [f.subject.id for f in found] == ["D3"]
    tables = _tables(grants=grants, exchanges=[nothing_came])
    assert [f.subject.id for f in _found(run(tables), UNUSED)] == ["D2", "D3", "D5"]


def test_use_beyond_the_grant_is_named_by_what_is_wrong_with_it(run: Run) -> None:
    exchanges: list[Row] = [
        ("X1", "2026-03-02", "free", "D2", "G1", "招商", 1, "", 0),
        ("X2", "2025-12-31", "free", "D2", "G1", "核验", 1, "", 0),
        ("X3", "2026-03-02", "free", "D3", "", "核验", 1, "", 0),
        ("X4", "2026-03-02", "free", "D4", "", "核验", 1, "", 1),  # the provider consented
        ("X5", "2026-03-02", "free", "D2", "G1", "", 1, "", 0),  # no purpose stated
        ("X6", "2026-03-02", "free", "D2", "G1", "核验", 1, "", 0),
        ("X7", "2026-03-02", "free", "D2", "G1", "核验", 1, "", 0),
        ("X8", "2026-03-02", "free", "D2", "G1", "招商", 0, "", 0),  # nothing came
    ]
    found = _found(run(_tables(grants=[HELD], exchanges=exchanges)), "beyond_purpose")
    named = {(f.measure, f.subject.id, f.estimate.value, f.estimate.n) for f in found}
    assert named == {
        ("other_purpose", "D2", 1, 5),
        ("out_of_time", "D2", 1, 5),
        ("without_grant", "D3", 1, 1),
    }


def _answers(share: Callable[[int], float], basis: str = RULE) -> Tables:
    """Return answers of twelve departments, of which D0 refuses another share."""
    heads, _ = DATASETS
    data = [(f"d{i}", f"数据{i}", f"D{i}", "conditional", "", "") for i in range(12)]
    rows: list[Row] = []
    for i in range(12):
        for n in range(60):
            refused = n < share(i) * 60
            decision, why = ("不同意", "用途不明") if refused else ("同意", "")
            day = "2026-03-03"
            row = (f"R{i:02d}-{n:03d}", f"d{i}", f"D{(i + 1) % 12}", "2026-03-02", day, decision)
            rows.append((*row, why, basis if refused else "", day, "", "", "", ""))
    return _tables(requests=rows) | {"datasets": (heads, data)}


def test_who_refuses_far_more_often_is_a_lead_and_who_refuses_on_a_law_is_not(run: Run) -> None:
    usual = [0.1, 0.12, 0.08, 0.1, 0.15, 0.1, 0.1, 0.12, 0.08, 0.1, 0.1]
    often = _answers(lambda i: 0.5 if i == 0 else usual[i - 1])
    (found,) = _found(run(often), "refusal")
    assert (found.measure, found.subject.id, found.lead) == ("refused_often", "D0", True)
    assert found.evidence
    lawful = _answers(lambda i: 0.5 if i == 0 else usual[i - 1], LAW)
    assert not _found(run(lawful), "refusal")


def test_a_refusal_without_a_reason_is_a_breach(run: Run) -> None:
    _, row = _request("bound", "2026-03-02", "2026-03-03", "不同意", LAW)
    found = _found(run(_tables(requests=[(*row[:6], " ", *row[7:])])), "refusal")
    assert [(f.measure, f.subject.id, f.lead) for f in found] == [
        ("refused_without_reason", "D1", False)
    ]
    assert not _found(run(_tables(requests=[row])), "refusal")


def _items(share: Callable[[int], float]) -> Tables:
    """Return twelve departments that ask for fifty items each; some of them D11 holds."""
    heads, _ = DATASETS
    data = [("own", "其他", "D11", "unconditional", "", "H"), ("shut", "统", "D11", "", "", "")]
    rows: list[Row] = []
    for i in range(11):
        for n in range(50):
            element = "H" if n < share(i) * 50 else f"O{i}"
            rows.append((f"S{i:02d}", "online", f"I{n:02d}", f"项{n}", "field", element))
    requirements = ("service_id", "channel", "item_id", "item_name", "kind", "element_id")
    services = [(f"S{i:02d}", f"事项{i}", f"D{i}") for i in range(11)]
    return _tables() | {
        "datasets": (heads, data),
        "services": (("service_id", "name", "department_id"), services),
        "requirements": (requirements, rows),
    }


def test_a_department_that_asks_for_far_more_of_what_others_hold_is_a_lead(run: Run) -> None:
    usual = [0.1, 0.12, 0.08, 0.1, 0.14, 0.1, 0.1, 0.12, 0.08, 0.1]
    checkup = run(_items(lambda i: 0.6 if i == 0 else usual[i - 1])).checkup
    (found,) = [f for f in checkup.findings if f.kind == "silo"]
    assert (found.measure, found.subject.id, found.lead) == ("held_elsewhere", "D0", True)
    tried = {t.trial.subject.id for t in checkup.tried if t.kind == "silo"}
    assert tried == {f"D{i}" for i in range(11)}
    assert [t.outcome for t in checkup.tried if t.kind == "silo"].count(Outcome.FLAGGED) == 1


def test_what_no_table_states_is_not_assessed(run: Run) -> None:
    tables = _tables(duties=[("T1", "更新目录", "D1", "2026-09-28", "", "2026-12-01", "", "")])
    heads, rows = tables["duties"]
    bare = tables | {"duties": (heads[:5], [row[:5] for row in rows])}
    checkup = run(bare).checkup
    missing = {m: why.en for kind, m, why in checkup.missing if kind == "liability"}
    assert set(missing) == set(described("liability").measures)
    assert missing["39-1"] == "table duties has no column done"
