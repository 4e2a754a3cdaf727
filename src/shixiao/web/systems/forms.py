"""Forms of the register: what a system is, why it is wanted, what it pledges, its papers."""

from __future__ import annotations

from typing import Any

from django import forms

from shixiao.records.models import Release, System
from shixiao.security.assessing import (
    BASELINE,
    QUESTIONS,
    RIGHTS,
    Need,
    Question,
    asks,
    library,
)
from shixiao.sharing.catalogue import words as fixed
from shixiao.terms import Text
from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.pages import say, words
from shixiao.workflows.moving import LONGEST
from shixiao.workflows.registered import about_of
from shixiao.workflows.systems.filing import Paper, Pledge
from shixiao.workflows.systems.judging import pledgeable
from shixiao.workflows.systems.registering import ENVIRONMENTS, Told

KINDS = {
    "platform": Text("平台", "Platform"),
    "app": Text("应用", "App"),
    "algorithm": Text("算法", "Algorithm"),
    "service": Text("数据服务", "Data service"),
}
EXPOSURES = {
    "internet": Text("互联网", "The internet"),
    "government": Text("政务外网", "The government network"),
    "internal": Text("内网", "An internal network"),
}
CHANGES = {
    "first": Text("首次引入", "First introduction"),
    "version": Text("新版本", "A new version"),
    "use": Text("新用途", "A new use"),
}
HEAD = {
    "production": ("production", "生产", "生产环境"),
    "staging": ("staging", "测试", "测试环境"),
}
LINES = words("每行一个。", "One a line.")
WRONG_LINE = Text(
    "第 {n} 行读不了：应为“生产 https://…”或“测试 https://…”。",
    "Line {n} cannot be read: write “production https://…” or “staging https://…”.",
)
WRONG_SEARCH = Text(
    "第 {n} 行读不了：应为“词 次数”。", "Line {n} cannot be read: write “words count”."
)


def choices(known: Any) -> list[tuple[str, str]]:
    """Return ids and names as a field of choices takes them."""
    return [(str(key), say(text)) for key, text in known.items()]


class NewSystem(forms.Form):
    """What a department tells of a system."""

    identifier = forms.CharField(
        label=words("系统编号", "Id of the system"),
        max_length=100,
        help_text=words(
            "字母、数字、点、横线和下划线；网关和准入代理按它放行，登记后不能改。",
            "Letters, digits, dots, dashes and underscores. Gateways and gates go by it; it cannot"
            " be changed later.",
        ),
    )
    department = forms.ChoiceField(label=words("建设部门", "Department"))
    name_zh = forms.CharField(label=words("中文名称", "Name in Chinese"), max_length=200)
    name_en = forms.CharField(label=words("英文名称", "Name in English"), max_length=200)
    kind = forms.ChoiceField(label=words("种类", "Kind"))
    about = forms.CharField(
        label=words("做什么", "What it does"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST,
    )
    supplier = forms.CharField(
        label=words("供应商", "Supplier"),
        max_length=200,
        required=False,
        help_text=words("自建的不填。", "Leave it where the department builds it itself."),
    )
    exposure = forms.ChoiceField(label=words("从哪里可以访问", "From where it is reached"))
    grade = forms.ChoiceField(
        label=words("所存数据的最高级别", "Highest grade of its data"),
        required=False,
        help_text=words("没有定级的，按最高级要求。", "Without a grade, the strictest is asked."),
    )
    people = forms.IntegerField(
        label=words("一年涉及多少人", "Persons it concerns in a year"),
        min_value=0,
        max_value=2_000_000_000,
        required=False,
        help_text=words(
            "没有统计的不填，按涉及公共利益办理。",
            "Leave it where nobody has counted; it is then of public interest.",
        ),
    )
    rights = forms.MultipleChoiceField(
        label=words("影响哪些权利", "Rights that it touches"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    decides = forms.BooleanField(
        label=words("由机器决定或给出决定意见", "It decides, or says what to decide"),
        required=False,
    )
    signs_in = forms.BooleanField(
        label=words("需要登录使用", "People sign in to it"), required=False
    )
    interface = forms.BooleanField(
        label=words("有供程序调用的接口", "Programs may call it"), required=False
    )
    services = forms.CharField(
        label=words("服务于哪些事项（编号）", "Services it serves (ids)"),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        help_text=LINES,
    )
    depends = forms.CharField(
        label=words("依赖哪些系统（编号）", "Systems it needs (ids)"),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        help_text=LINES,
    )
    addresses = forms.CharField(
        label=words("地址", "Addresses"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=words(
            "每行一个：环境和地址，如“测试 https://test.example.gov.cn”。",
            "One a line: environment and address, such as “staging https://test.example.gov.cn”.",
        ),
    )
    manual = forms.CharField(
        label=words("人工办理说明的网址", "Page about work by hand"),
        max_length=300,
        required=False,
        help_text=words("系统暂停时，群众看这一页。", "Where people look while it is shut."),
    )
    responsible = forms.CharField(label=words("责任人", "Who answers for it"), max_length=100)
    post = forms.CharField(label=words("职务", "Post"), max_length=100)
    contact = forms.CharField(label=words("联系方式", "How to reach that person"), max_length=200)

    def __init__(self, owners: list[Any], *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["department"].choices = [(row.code, say(row.name)) for row in owners]
        fields["kind"].choices = choices(KINDS)
        fields["exposure"].choices = choices(EXPOSURES)
        fields["grade"].choices = [
            ("", words("没有定级", "Not graded")),
            *choices(fixed("grades").names),
        ]
        fields["rights"].choices = choices(RIGHTS)

    def clean_addresses(self) -> tuple[tuple[str, str], ...]:
        """Return environment and address of each line."""
        found = []
        for n, line in enumerate(self.cleaned_data["addresses"].splitlines(), 1):
            if not line.strip():
                continue
            head, _, rest = line.strip().partition(" ")
            environment = next((key for key, names in HEAD.items() if head in names), None)
            if environment is None or not rest.strip():
                raise forms.ValidationError(say(WRONG_LINE.format(n=n)))
            found.append((environment, rest.strip()))
        return tuple(found)

    def told(self) -> Told:
        """Return what was told."""
        given = self.cleaned_data
        return Told(
            kind=given["kind"],
            exposure=given["exposure"],
            name=Text(given["name_zh"], given["name_en"]),
            about=given["about"],
            supplier=given["supplier"],
            grade=given["grade"],
            people=given["people"],
            rights=tuple(given["rights"]),
            decides=given["decides"],
            signs_in=given["signs_in"],
            interface=given["interface"],
            services=tuple(given["services"].splitlines()),
            depends=tuple(given["depends"].splitlines()),
            addresses=given["addresses"],
            manual=given["manual"],
            responsible=given["responsible"],
            post=given["post"],
            contact=given["contact"],
        )


class Edit(NewSystem):
    """The same of a system that is registered; its id and its department stay."""

    def __init__(self, row: System, *args: Any, **given: Any) -> None:
        given["initial"] = {
            "name_zh": row.name.zh,
            "name_en": row.name.en,
            "kind": row.kind,
            "about": row.about,
            "supplier": row.supplier,
            "exposure": row.exposure,
            "grade": row.grade,
            "people": row.people,
            "rights": row.rights,
            "decides": row.decides,
            "signs_in": row.signs_in,
            "interface": row.interface,
            "services": "\n".join(row.services),
            "depends": "\n".join(row.depends),
            "addresses": "\n".join(
                f"{say(ENVIRONMENTS[each['environment']]).removesuffix('环境')} {each['address']}"
                for each in row.addresses
            ),
            "manual": row.manual,
            "responsible": row.responsible,
            "post": row.responsible_post,
            "contact": row.contact,
        }
        super().__init__([], *args, **given)
        del self.fields["identifier"], self.fields["department"]


class NewRelease(forms.Form):
    """A release."""

    label = forms.CharField(label=words("版本号", "Version"), max_length=100)
    sha256 = forms.CharField(
        label=words("交付物的 SHA-256", "SHA-256 of what is delivered"),
        max_length=64,
        help_text=words(
            "64 位十六进制。改一个字节就是另一个版本。",
            "64 hexadecimal digits. One changed byte makes another release.",
        ),
    )
    change = forms.ChoiceField(label=words("为什么评估", "Why it is assessed"))

    def __init__(self, row: System, *args: Any, **given: Any) -> None:
        del row
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["change"].choices = choices({k: CHANGES[k] for k in Release.Change.values})


class NeedForm(forms.Form):
    """Why a system is wanted, with the five questions."""

    people = forms.IntegerField(
        label=words("一年有多少人需要", "Persons who need it in a year"), min_value=1
    )
    complaints = forms.CharField(
        label=words("哪些诉求（编号）", "Complaints that ask for it (numbers)"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=LINES,
    )
    searches = forms.CharField(
        label=words("群众在搜什么", "What people search for in vain"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=words("每行“词 次数”。", "“words count”, one a line."),
    )
    sources = forms.CharField(
        label=words("数字的出处", "Where the numbers come from"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=LINES,
    )

    def __init__(self, row: System, *args: Any, **given: Any) -> None:
        del row
        super().__init__(*args, **given)
        yes_no = [("yes", words("是", "Yes")), ("no", words("否", "No"))]
        for question, text in QUESTIONS.items():
            self.fields[str(question)] = forms.ChoiceField(
                label=say(text), choices=yes_no, widget=forms.RadioSelect
            )
            self.fields[f"{question}_why"] = forms.CharField(
                label=words("理由", "Why"),
                max_length=500,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def clean_searches(self) -> dict[str, int]:
        """Return words and how often."""
        found = {}
        for n, line in enumerate(self.cleaned_data["searches"].splitlines(), 1):
            if not line.strip():
                continue
            text, _, number = line.strip().rpartition(" ")
            if not text.strip() or not number.isascii() or not number.isdigit() or len(number) > 9:
                raise forms.ValidationError(say(WRONG_SEARCH.format(n=n)))
            found[text.strip()[:100]] = int(number)
        return found

    def need(self) -> Need:
        """Return the need."""
        given = self.cleaned_data
        return Need(
            given["people"],
            tuple(given["complaints"].splitlines()),
            given["searches"],
            tuple(given["sources"].splitlines()),
            {each: (given[str(each)] == "yes", given[f"{each}_why"]) for each in Question},
        )


class PledgeForm(forms.Form):
    """What a system is to change for people, and by when."""

    measure = forms.ChoiceField(label=words("改变什么", "What it changes"))
    subject = forms.CharField(
        label=words("哪个服务（编号）", "Of which service (id)"), max_length=200
    )
    baseline = forms.FloatField(label=words("现状", "How it is now"))
    target = forms.FloatField(label=words("目标", "Target"))
    least = forms.IntegerField(
        label=words("至少多少件才判断", "Cases needed to judge"),
        min_value=1,
        max_value=10_000_000,
    )
    day = forms.DateField(label=words("哪天核对", "Day on which it is judged"), widget=DayInput())
    source = forms.CharField(
        label=words("现状数值的出处", "Where the present value comes from"), max_length=300
    )

    def __init__(self, row: System, *args: Any, **given: Any) -> None:
        if row.services:
            given["initial"] = {"subject": row.services[0]}
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["measure"].choices = choices({k: m.name for k, m in pledgeable().items()})

    def pledge(self) -> Pledge:
        """Return the pledge."""
        return Pledge(**self.cleaned_data)


class PaperForm(forms.Form):
    """A record that speaks to a criterion."""

    criterion = forms.ChoiceField(label=words("说明哪一条标准", "Criterion it speaks to"))
    number = forms.CharField(label=words("文号或编号", "Its number"), max_length=200)
    holds = forms.ChoiceField(
        label=words("是否符合", "Does it bear the criterion out?"),
        choices=[
            ("yes", words("符合", "Yes")),
            ("no", words("不符合", "No")),
        ],
        widget=forms.RadioSelect,
    )
    day = forms.DateField(label=words("出具日期", "Day on which it was made"), widget=DayInput())
    until = forms.DateField(
        label=words("有效期到", "Its own last day"), widget=DayInput(), required=False
    )
    said = forms.CharField(
        label=words("看到了什么", "What was seen"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST,
        required=False,
        help_text=words("附了文件的可以不填。", "May be left out where a file says it."),
    )
    file = forms.FileField(label=words("附件", "File"), required=False)

    def __init__(self, row: System, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        about = about_of(row)
        fields: dict[str, Any] = self.fields
        fields["criterion"].choices = [
            (name, say(each.name))
            for name, each in library().criteria.items()
            if name != BASELINE and asks(each, about)
        ]

    def paper(self) -> Paper:
        """Return the record."""
        given = self.cleaned_data
        file = given["file"]
        return Paper(
            given["criterion"],
            given["number"],
            given["said"],
            given["holds"] == "yes",
            given["day"],
            given["until"],
            (file.name, file.read()) if file else None,
        )
