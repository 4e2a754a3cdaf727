"""Forms of officers: a field for everything that an event of the course needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils import timezone

from shixiao.records.models import DecisionMatter, OpinionGroup, System
from shixiao.terms import Text
from shixiao.voice.decree713 import table
from shixiao.voice.decree713.articles import MOST_SIGNS
from shixiao.web.consultations.choosing import Named, labelled
from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.pages import say, words
from shixiao.workflows.clock import due_day
from shixiao.workflows.consultations.deciding import SAYS
from shixiao.workflows.consultations.making import LONGEST_SUMMARY
from shixiao.workflows.consultations.moving import PERIOD
from shixiao.workflows.consultations.replying import OUTCOMES
from shixiao.workflows.consultations.taking import CHANNELS, LONGEST_COMMENT, WEB
from shixiao.workflows.moving import LONGEST

TEXT = forms.Textarea(attrs={"rows": 6})
LONG = forms.Textarea(attrs={"rows": 14})
NOT_TEXT = Text(
    "请上传文本文件（.txt，UTF-8 或 GB18030）；Word 文档请复制全文粘贴。",
    "Upload a text file (.txt, UTF-8 or GB18030); of a Word document paste the text.",
)
# What `text` is called, by the event that it is given with.
SAID: Mapping[str, Text] = {
    "study": Text(
        "拟解决的主要问题、依据、初步方案、必要性和可行性",
        "The problem, the basis, a first plan, whether it is needed and can be done",
    ),
    "start": Text("启动的决定，公开", "The decision to start it, public"),
    "settle": Text(
        "社会公众意见研究采纳情况，公开", "How opinions of the public were used, public"
    ),
    "argue": Text("专家意见研究采纳情况，公开", "How opinions of experts were used, public"),
    "assess": Text("风险点", "Points of risk"),
    "risky": Text("风险点", "Points of risk"),
    "submit": Text("送审材料清单", "List of what is submitted"),
    "clear": Text("合法性审查意见", "Opinion on legality"),
    "deliver": Text("送达了哪些材料，怎样送达", "Which materials were delivered, and how"),
    "conclude": Text(
        "听证中提出的主要意见和怎样采用，公开",
        "What was said at the hearing and how it is used, public",
    ),
    "publish": Text(
        "公众意见和专家意见的采纳情况，公开", "How opinions of people and experts were used, public"
    ),
    "evaluate": Text("评估结论和建议，公开", "What it found and proposes, public"),
}
EFFECTS: Mapping[str, Text] = {
    "adopt": Text(
        "每行一人，按发言先后：姓名 | 职务 | 赞成、反对或弃权 | 发言要点；最后一行是行政首长。",
        "One person a line in the order of speaking: name | post | for, against or abstain | what"
        " was said; the last line is the head.",
    ),
}


def _text(label: Text, *, required: bool = True, widget: Any = TEXT, most: int = LONGEST) -> Any:
    return forms.CharField(label=say(label), required=required, widget=widget, max_length=most)


def _line(label: Text, most: int = 200) -> Any:
    return forms.CharField(label=say(label), max_length=most, required=False)


def _day(label: Text, hint: Text | None = None) -> Any:
    return forms.DateField(label=say(label), widget=DayInput(), help_text=say(hint) if hint else "")


def _choice(label: Text, part: str) -> Any:
    named = [(name, say(words_)) for name, words_ in table().words[part].items()]
    return forms.ChoiceField(label=say(label), choices=named)


def _until(_event: str) -> dict[str, forms.Field]:
    least = due_day(PERIOD, timezone.localdate())
    hint = Text(
        f"今天起不少于 30 日：{least} 以后。",
        f"30 days from today at least: {least} or later.",
    )
    return {"until": _day(Text("截止日期", "Last day"), hint)}


def _hearing(_event: str) -> dict[str, forms.Field]:
    return {
        "day": _day(Text("听证会日期", "Day of the hearing")),
        "place": _line(Text("地点和时间", "Place and time")),
        "until": _day(Text("报名截止", "Registration until")),
        "size": forms.IntegerField(
            label=say(Text("参加人名额", "Seats")), min_value=1, max_value=500, initial=15
        ),
        "sides": _text(
            Text(
                "须有代表的各方，每行一方：名称 | 至少几人",
                "Sides to be heard, one a line: name | least seats",
            ),
            most=1_000,
        ),
        "how": _text(
            Text("参加人遴选办法，公开", "How participants are chosen, public"), most=2_000
        ),
    }


def _draft(_event: str) -> dict[str, forms.Field]:
    return {
        "draft": _text(
            Text("草案全文，按“第…条”自动分条", "The draft, cut at its articles"),
            required=False,
            widget=LONG,
            most=MOST_SIGNS,
        ),
        "upload": forms.FileField(
            label=say(Text("或者上传文本文件", "Or upload a text file")), required=False
        ),
        "summary": _text(
            Text("通俗说明：改变什么，影响谁", "In plain words: what changes, for whom"),
            most=LONGEST_SUMMARY,
        ),
        "explanation": _text(
            Text("起草说明，公开", "Explanation, public"), required=False, most=20_000
        ),
    }


REASON = Text("理由，公开", "Reason, public")
FIELDS: Mapping[str, Callable[[str], dict[str, forms.Field]]] = {
    "text": lambda event: {"text": _text(SAID.get(event, Text("说明", "What was done")))},
    "reason": lambda _: {"reason": _text(REASON)},
    "reason_if_short": lambda _: {
        "reason": _text(
            Text("少于 30 日的理由，随草案公布", "Reason for fewer than 30 days, public"),
            required=False,
        )
    },
    "reason_if_alone": lambda _: {
        "reason": _text(
            Text("与多数人意见不一致的理由", "Reason, where the decision is other than most said"),
            required=False,
        )
    },
    "basis": lambda _: {"basis": _line(Text("法律依据", "Legal basis"))},
    "how": lambda _: {
        "how": _line(Text("公布途径和提出意见的方式", "Where it is published, and how to be heard"))
    },
    "until": _until,
    "day": lambda _: {
        "day": _day(Text("新的听证会日期", "New day of the hearing")),
        "until": forms.DateField(
            label=say(Text("新的报名截止（抽签以前）", "New end of registration, before the draw")),
            widget=DayInput(),
            required=False,
        ),
    },
    "assessor": lambda _: {"assessor": _line(Text("承担评估的单位", "Who assessed it"))},
    "heard": lambda _: {
        "heard": _line(Text("听取了哪些部门的意见", "Departments that were heard"))
    },
    "measures": lambda _: {
        "measures": _text(Text("防范措施和处置预案", "Measures, and what is done if it happens"))
    },
    "minutes": lambda _: {
        "minutes": _text(Text("听证记录", "Record of the hearing"), widget=LONG, most=100_000),
        "absent": _line(
            Text("没有到场的参加人编号，用空格分开", "Codes of those absent, with blanks"), 600
        ),
    },
    "number": lambda _: {"number": _line(Text("文号", "Number of the document"))},
    "meeting": lambda _: {"meeting": _choice(Text("会议", "Meeting"), "meetings")},
    "speakers": lambda _: {
        "speakers": forms.CharField(
            label=say(Text("发言", "Who spoke")),
            widget=LONG,
            max_length=50_000,
            help_text=say(EFFECTS["adopt"]),
        ),
        "head": _line(Text("行政首长姓名", "Name of the head"), 60),
    },
    "trigger": lambda _: {
        "trigger": _choice(Text("评估的情形", "Why it is evaluated"), "triggers")
    },
    "announced": lambda _: {"announced": _line(Text("揭晓的数值", "The value as it became known"))},
    "hearing": _hearing,
    "draft": _draft,
    "source": lambda _: {
        "source": _line(Text("由哪个公开数值决定", "Public value that decides")),
        "source_day": _day(Text("数值哪天揭晓", "Day on which it becomes known")),
    },
}


class Act(forms.Form):
    """What an event needs, and the version of the matter that the person sees."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self,
        row: DecisionMatter,
        event: str,
        needs: tuple[str, ...],
        *args: Any,
        **given: Any,
    ) -> None:
        super().__init__(*args, **given)
        self.fields["seen"].initial = row.version
        for need in needs:
            self.fields.update(FIELDS[need](event))

    def clean_upload(self) -> str:
        """Return the text of an uploaded draft; "" where there is none."""
        upload = self.cleaned_data.get("upload")
        if upload is None:
            return ""
        data = upload.read(4 * MOST_SIGNS + 1)
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                text = data.decode(encoding)
            except UnicodeDecodeError:
                continue
            if "\x00" not in text:
                return str(text)
        raise forms.ValidationError(say(NOT_TEXT))


class Propose(forms.Form):
    """A matter as it is proposed."""

    name_zh = forms.CharField(label=words("名称（中文）", "Name in Chinese"), max_length=200)
    name_en = forms.CharField(label=words("名称（英文）", "Name in English"), max_length=200)
    kind = forms.ChoiceField(label=words("属于哪一类（条例第三条）", "Kind (Decree 713, art. 3)"))
    origin = forms.ChoiceField(label=words("谁提出（条例第十条）", "Who proposes it (art. 10)"))
    system = forms.ChoiceField(
        label=words("涉及的信息系统", "Information system that it is about"), required=False
    )
    about = forms.CharField(
        label=words("决定什么，为什么，公开", "What is to be decided, and why; public"),
        widget=TEXT,
        max_length=LONGEST,
    )

    def __init__(self, systems: list[System], *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        for part in ("kind", "origin"):
            named = table().words[f"{part}s"].items()
            fields[part].choices = [(name, say(said)) for name, said in named]
        none = (("", say(Text("不涉及", "None"))),)
        fields["system"].choices = [*none, *((row.code, say(row.name)) for row in systems)]


class ExpertForm(forms.Form):
    """The opinion of an expert."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    name = forms.CharField(label=words("专家姓名", "Name of the expert"), max_length=100)
    institution = forms.CharField(label=words("单位", "Institution"), max_length=200)
    says = forms.ChoiceField(label=words("结论", "Says"))
    text = forms.CharField(
        label=words("论证意见，原样保留", "Opinion, kept as it is"),
        widget=TEXT,
        max_length=LONGEST,
    )
    used = forms.CharField(
        label=words("怎样采用", "How it is used"), widget=TEXT, max_length=LONGEST, required=False
    )
    interest = forms.BooleanField(
        label=words("与决策事项有直接利害关系", "Has a direct interest in the matter"),
        required=False,
    )
    signed = forms.BooleanField(
        label=words("书面意见已署名", "The written opinion is signed"), required=False
    )

    def __init__(self, row: DecisionMatter, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["seen"].initial = row.version
        fields["says"].choices = [(name, say(said)) for name, said in SAYS.items()]


class ReplyForm(forms.Form):
    """A reply to a group of opinion."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    outcome = forms.ChoiceField(
        label=words("是否采纳", "Is it adopted?"), widget=forms.RadioSelect, choices=()
    )
    reason = forms.CharField(
        label=words("理由，公开", "Reason, public"), widget=TEXT, max_length=LONGEST
    )
    articles = forms.MultipleChoiceField(
        label=words("体现在草案哪些条", "Articles that hold it"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=words(
            "采纳或者部分采纳的必填；条文按现在的草案。",
            "Needed where it is adopted; articles of the draft as it stands.",
        ),
    )

    def __init__(self, group: OpinionGroup, labels: list[str], *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["seen"].initial = group.version
        fields["outcome"].choices = [(name, say(said)) for name, said in OUTCOMES.items()]
        fields["outcome"].initial, fields["reason"].initial = group.outcome, group.reason
        fields["articles"].choices = labelled(labels)
        fields["articles"].initial = group.articles


class EnterForm(forms.Form):
    """A letter, call or note of a counter, or a list of them."""

    channel = forms.ChoiceField(label=words("来自", "From"))
    text = forms.CharField(
        label=words("意见原文", "What was said"),
        widget=TEXT,
        max_length=LONGEST_COMMENT,
        required=False,
    )
    article = forms.ChoiceField(
        label=words("对哪一条", "On which article"), required=False, widget=Named
    )
    file = forms.FileField(
        label=words("或者成批录入", "Or enter a list"),
        required=False,
        help_text=words(
            "CSV 或 XLSX，一行一条，有“编号”“内容”两列；重复上传不会重复计。",
            "CSV or XLSX, one a row, with columns for number and text; sent twice it counts once.",
        ),
    )

    def __init__(self, labels: list[str], *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        named = [(name, say(said)) for name, said in CHANNELS.items() if name != WEB]
        fields["channel"].choices = named
        whole = ("", say(Text("整个草案", "The whole draft")))
        fields["article"].choices = [whole, *((label, label) for label in labels)]
