"""Which grade should a table have? The matrix of GB/T 43697-2024, taken over its columns.

For every column: whom its disclosure would harm (object) and how much (degree), from which the
matrix GRD-MTX gives core, important or general, and GRD-GEN the level of general data. The table
takes its highest item (GRD-SET). Field, scale and precision are items of the whole table. All of
this is a suggestion; ``decided_by`` stays empty until a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shixiao.rules import RulePack
from shixiao.sharing.catalogue import words
from shixiao.sharing.grading.content import POSITIONS, Content, Held
from shixiao.sharing.recognition import kinds
from shixiao.terms import Text

OBJECTS = {
    "national_security": Text("国家安全", "national security"),
    "economy": Text("经济运行", "the economy"),
    "social_order": Text("社会秩序", "social order"),
    "public_interest": Text("公共利益", "the public interest"),
    "organisation_rights": Text("组织权益", "rights of organisations"),
    "personal_rights": Text("个人权益", "rights of persons"),
}
DEGREES = {
    "none": Text("无影响", "no"),
    "ordinary": Text("一般", "ordinary"),
    "serious": Text("严重", "serious"),
    "very_serious": Text("特别严重", "very serious"),
}
ITEM = Text(
    "“{column}”（{kind}）泄露后对{object}有{degree}影响，按{rule}建议为{grade}",
    "disclosing “{column}” ({kind}) does {degree} harm to {object}; {rule} suggests {grade}",
)
NO_HARM = Text(
    "“{column}”没有识别出涉及个人或组织权益的内容，建议为{grade}",
    "nothing in “{column}” was recognised that harms a person or an organisation; {grade}",
)
FIELD = Text(
    "名称涉及“{word}”，{precise}，对{object}有{degree}影响，建议为{grade}",
    "its name speaks of “{word}”, {precise}: {degree} harm to {object}; {grade}",
)
PRECISE = Text("并有精确位置", "with exact positions")
VAGUE = Text("没有精确位置", "without exact positions")
SCALE = Text(
    "涉及约 {persons} 人，达到 {least} 人（{rule}），可能影响公共利益，建议为{grade}",
    "it speaks of about {persons} persons, {least} or more ({rule}): the public interest may be"
    " touched; {grade}",
)
HIGHEST = Text(
    "数据集取各项中的最高级（{rule}）", "a dataset takes the highest grade of its items ({rule})"
)
SUGGESTED = Text("以上是建议，由人决定。", "This is a suggestion; a person decides.")
COVERS = Text("覆盖 {n} 个区划（{codes}）", "it covers {n} divisions ({codes})")


@dataclass(frozen=True, slots=True)
class Graded:
    """A suggested grade of one column or of one side of the whole table.

    Attributes:
        locator: name of the column; "" for the table as a whole.
        grade: id of the grade, as the catalogue lists them.
        object: whom disclosure harms; "" where nobody.
        degree: how much.
        rule: id of the rule that says so.
        why: in words.
    """

    locator: str
    grade: str
    object: str
    degree: str
    rule: str
    why: Text

    def to_json(self) -> dict[str, Any]:
        """Return the suggestion as plain values."""
        return {
            "locator": self.locator,
            "grade": self.grade,
            "object": self.object or None,
            "degree": self.degree,
            "rule": self.rule,
            "why": self.why.to_json(),
        }


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggested grade of a table.

    Attributes:
        grade: the highest of all items.
        columns: one for each column, in their order.
        table: items of the table as a whole: field and scale.
        why: reasons for the grade, most important first.
        decided_by: who decided; a suggestion has been decided by nobody.
    """

    grade: str
    columns: tuple[Graded, ...]
    table: tuple[Graded, ...]
    why: tuple[Text, ...]
    decided_by: None = None

    def of(self, column: str) -> Graded:
        """Return the suggestion for one column.

        Raises:
            KeyError: there is no such column.
        """
        for found in self.columns:
            if found.locator == column:
                return found
        raise KeyError(column)

    def to_json(self) -> dict[str, Any]:
        """Return the suggestion as plain values."""
        return {
            "grade": self.grade,
            "decided_by": self.decided_by,
            "why": [reason.to_json() for reason in self.why],
            "items": [item.to_json() for item in self.table],
        }


def suggest(content: Content, *, rules: RulePack) -> Suggestion:
    """Suggest the grade of a table and of each of its columns.

    Args:
        content: what is known of it.
        rules: GRD-MTX, GRD-GEN, GRD-SET, GRD-PER, GRD-ORG, GRD-SCA, GRD-FLD.
    """
    columns = tuple(_column(column, content, rules) for column in content.columns)
    table = (*_fields(content, rules), *_scale(content, columns, rules))
    rank = words("grades").numbers
    items = sorted((*columns, *table), key=lambda item: -rank[item.grade])
    grade = items[0].grade if items else "general_1"
    why = [item.why for item in items if item.grade == grade][:3]
    why.append(HIGHEST.format(rule="GRD-SET"))
    if content.regions:
        codes = sorted(content.regions)
        why.append(COVERS.format(n=len(codes), codes=", ".join(codes[:5])))
    return Suggestion(grade, columns, table, (*why, SUGGESTED))


def _column(column: Held, content: Content, rules: RulePack) -> Graded:
    """Return the grade of a column by the worse of what it does to persons and organisations."""
    found = []
    if column.kind is not None:
        for object_, rule, concerned in (
            ("personal_rights", "GRD-PER", content.of_persons),
            ("organisation_rights", "GRD-ORG", content.of_organisations),
        ):
            degrees = rules.value(rule)
            assert isinstance(degrees, dict)  # noqa: S101 - the shipped pack says so
            degree = str(degrees.get(column.kind, "none"))
            if degree != "none" and (concerned or _direct(column.kind)):
                found.append((object_, degree, rule))
    if not found:
        grade = _grade("personal_rights", "none", rules)
        name = words("grades").name(grade)
        why = NO_HARM.format(column=column.name, grade=name)
        return Graded(column.name, grade, "", "none", "GRD-GEN", why)
    levels = list(DEGREES)
    object_, degree, rule = max(found, key=lambda item: levels.index(item[1]))
    grade = _grade(object_, degree, rules)
    why = ITEM.format(
        column=column.name,
        kind=kinds()[column.kind or ""].name,
        object=OBJECTS[object_],
        degree=DEGREES[degree],
        rule=rule,
        grade=words("grades").name(grade),
    )
    return Graded(column.name, grade, object_, degree, rule, why)


def _direct(kind: str) -> bool:
    """Return whether a kind is about a person whatever stands beside it."""
    return kind not in POSITIONS | {"address", "amount", "landline", "email", "bank_card", "secret"}


def _fields(content: Content, rules: RulePack) -> Iterator[Graded]:
    """Yield a grade for every field of importance that the names speak of."""
    spoken = " ".join(
        (content.name, content.comment, *(f"{c.name} {c.comment}" for c in content.columns))
    )
    latin = "".join(sign for sign in spoken.lower() if sign.isascii() and sign.isalpha())
    fields = rules.value("GRD-FLD")
    assert isinstance(fields, dict)  # noqa: S101 - the shipped pack says so
    for object_, name in OBJECTS.items():
        listed = map(str, fields.get(object_, ()))
        word = next((w for w in listed if w in (latin if w.isascii() else spoken)), None)
        if word is None:
            continue
        degree = "serious" if content.positioned else "ordinary"
        grade = _grade(object_, degree, rules)
        why = FIELD.format(
            word=word,
            precise=PRECISE if content.positioned else VAGUE,
            object=name,
            degree=DEGREES[degree],
            grade=words("grades").name(grade),
        )
        yield Graded("", grade, object_, degree, "GRD-FLD", why)


def _scale(content: Content, columns: tuple[Graded, ...], rules: RulePack) -> Iterator[Graded]:
    """Yield a grade where so many persons are concerned that the public interest is."""
    if content.persons is None or not content.of_persons:
        return
    harm = {c.degree for c in columns if c.object == "personal_rights"}
    for degree in reversed(DEGREES):
        if degree not in harm:
            continue
        least = rules.number("GRD-SCA", degree)
        if content.persons >= least:
            grade = _grade("public_interest", "serious", rules)
            why = SCALE.format(
                persons=content.persons,
                least=int(least),
                rule="GRD-SCA",
                grade=words("grades").name(grade),
            )
            yield Graded("", grade, "public_interest", "serious", "GRD-SCA", why)
            return


def _grade(object_: str, degree: str, rules: RulePack) -> str:
    """Return what the matrix says, and the level of general data where it says general."""
    matrix, levels = rules.value("GRD-MTX", object_), rules.value("GRD-GEN")
    assert isinstance(matrix, dict)  # noqa: S101 - the shipped pack says so
    assert isinstance(levels, dict)  # noqa: S101
    grade = str(matrix.get(degree, "general"))
    return f"general_{levels[degree]}" if grade == "general" else grade
