"""People like me: groups to choose from, and what services do for those who were chosen.

Only what an evaluation published is shown. Numbers of two groups at once are not published, so each
choice has a column of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django import forms
from django.urls import reverse

from shixiao.checkup.report.cells import Cell
from shixiao.checkup.report.figures import cell_picture
from shixiao.checkup.report.scores import POINTS
from shixiao.checkup.report.speech import Speech, unit_of
from shixiao.effect import attribute_name, measure, value_name
from shixiao.records.models import Evaluation, Standing
from shixiao.terms import Estimate, Text
from shixiao.web.shell.pages import language, say, t, words
from shixiao.workflows.search import LONGEST_QUERY

COMPLETION, TIMES = "completion", ("working_median", "elapsed_median")
CHANNEL = "channel"  # asked for last: attributes of the person come first
MOST_COLUMNS, MOST_VALUES = 6, 60
FEW = Text(
    "不公开：人太少，或由此能推算出人太少的数",
    "not public: it tells of too few people, or such a number follows from it",
)
NONE = Text(
    "不知道：没有这样的记录，或者太少",
    "not known: there is no record of such people, or too few",
)
ANYBODY = Text("都看", "Everybody")
NAME, SCORE = Text("服务", "Service"), Text("总分（满分 100）", "Overall score out of 100")
WHO = Text("{column}：{value}", "{column}: {value}")
ALL_DONE = Text("办成率：所有人", "Completed: everybody")
TIME = Text("用时：一半的人在几天内", "Time: half are done within")

People = Mapping[str, Mapping[str, Mapping[str, Any]]]


class Choice(NamedTuple):
    """A group that was chosen: the column and value of the evidence, and its name."""

    column: str
    value: str
    name: Text


class Ask(forms.Form):
    """What is sought, and who asks; a column that the city's evidence knows is a field each."""

    q = forms.CharField(
        label=words("您要办什么", "What do you need to get done?"),
        max_length=LONGEST_QUERY,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )

    def __init__(self, people: People, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.known: dict[str, Choice] = {}
        for number, column in enumerate(columns_of(people)):
            values = sorted(people[column])
            choices = [(value, say(called(column, value))) for value in values]
            fields: dict[str, Any] = self.fields
            fields[f"as{number}"] = forms.ChoiceField(
                label=say(column_called(column)),
                choices=[("", say(ANYBODY)), *choices],
                required=False,
            )
            for value in values:
                self.known[f"as{number}={value}"] = Choice(column, value, called(column, value))

    def chosen(self) -> list[Choice]:
        """Return the groups that were chosen; what is no choice is none."""
        self.is_valid()
        given = getattr(self, "cleaned_data", {})
        asked = (f"{name}={value}" for name, value in given.items() if value and name != "q")
        return [self.known[each] for each in asked if each in self.known]


def columns_of(people: People) -> list[str]:
    """Return the columns to choose by: attributes of applicants first, few enough to choose."""
    fit = [name for name in people if name and 1 < len(people[name]) <= MOST_VALUES]
    return sorted(fit, key=lambda name: (name == CHANNEL, name))[-MOST_COLUMNS:]


def column_called(column: str) -> Text:
    """Return what a column is called."""
    known = attribute_name(column)
    if known is not None:
        return known
    return Text(Speech("zh").column(column), Speech("en").column(column))


def called(column: str, value: str) -> Text:
    """Return what a group is called."""
    known = value_name(column, value)
    return known or Text(Speech("zh").arm(column, value), Speech("en").arm(column, value))


def of_city(evaluation: Evaluation | None) -> People:
    """Return what the evaluation tells of all services together, by group; {} without any."""
    if evaluation is None:
        return {}
    row = Standing.objects.filter(evaluation=evaluation, kind="city").first()
    return row.detail.get("people", {}) if row else {}


def columns(chosen: Sequence[Choice]) -> list[tuple[Text, str, bool]]:
    """Return the heads of the table of results."""
    own = [
        (Text(f"办成率：{each.name.zh}", f"Completed: {each.name.en}"), "", True) for each in chosen
    ]
    return [(NAME, "", False), *own, (ALL_DONE, "", True), (TIME, "", True), (SCORE, "", True)]


def rows(
    standings: Sequence[Standing], chosen: Sequence[Choice], owners: Mapping[str, Text]
) -> list[tuple[Cell, ...]]:
    """Return a row for every service: how well it does for whom, as far as it may be told."""
    speech = Speech(language())
    return [
        (
            _name(speech, row, owners),
            *(_completion(speech, row, each.column, each.value) for each in chosen),
            _completion(speech, row, "", ""),
            _time(speech, row),
            _score(speech, row),
        )
        for row in standings
    ]


def by_group(standing: Standing) -> list[tuple[Cell, ...]]:
    """Return a row for every group that a service knows of: who, and how many got it."""
    speech, people = Speech(language()), standing.detail.get("people", {})
    return [
        (
            Cell(say(WHO.format(column=column_called(column), value=called(column, value)))),
            _completion(speech, standing, column, value),
        )
        for column in columns_of(people)
        for value in sorted(people[column])
    ]


def _name(speech: Speech, row: Standing, owners: Mapping[str, Text]) -> Cell:
    cell = speech.named(row.name, href=reverse("service", args=[row.slug]))
    owner = owners.get(row.department)
    if row.verdict:
        tag = speech.verdict(row.verdict)
        cell = cell._replace(tag=tag.tag, tone=tag.tone)
    return cell._replace(note=speech.name(owner)) if owner else cell


def _completion(speech: Speech, row: Standing, column: str, value: str) -> Cell:
    told = row.detail.get("people", {}).get(column, {}).get(value, {})
    if COMPLETION not in told:
        return Cell(speech.sentence(say(NONE)), sentence=True)
    if told[COMPLETION] is None:
        return Cell(speech.sentence(say(FEW)), sentence=True)
    estimate = Estimate.from_json(told[COMPLETION])
    unit = unit_of(measure(COMPLETION), [estimate])
    picture = cell_picture(speech, unit.of(estimate), (0.0, 104.0))
    note = t(f"{estimate.n:,} 件", f"{estimate.n:,} cases")
    return speech.estimate(estimate, unit)._replace(svg=picture, note=note)


def _time(speech: Speech, row: Standing) -> Cell:
    told = row.detail.get("people", {}).get("", {}).get("", {})
    name = next((name for name in TIMES if told.get(name)), None)
    if name is None:
        return Cell("—")
    estimate = Estimate.from_json(told[name])
    return speech.estimate(estimate, unit_of(measure(name), [estimate]), with_unit=True)


def _score(speech: Speech, row: Standing) -> Cell:
    score = row.detail["scores"].get("overall")
    return speech.estimate(Estimate.from_json(score), POINTS) if score else Cell("—")
