"""Forms of probing: the consent, what is lent to the probes, a run that was made elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from shixiao.records.models import Probing, System
from shixiao.security.probing import Profile, Target
from shixiao.security.probing.consent import FASTEST, HEAVY, MOST
from shixiao.terms import Text
from shixiao.web.shell.dates import DayInput
from shixiao.web.shell.pages import say, words
from shixiao.web.systems.forms import choices

PROFILES = {
    Profile.TLS: Text("传输加密", "Encryption in transit"),
    Profile.WEB: Text("网页", "Pages"),
    Profile.API: Text("接口", "Interface"),
    Profile.FULL: Text("全部", "Everything"),
}
HEAVIER = {
    "login": Text("连续错误登录", "Wrong logins in a row"),
    "load": Text("压力", "Load"),
    "fuzz": Text("异常请求", "Malformed requests"),
    "slow": Text("慢速连接", "Slow connections"),
    "accounts": Text("用两个测试账号越权访问", "Access across two test accounts"),
}
PLACES = {
    Probing.Origin.SITE: Text("由本站测试", "By this site"),
    Probing.Origin.RUNNER: Text("由目标近旁的测试机测试", "By a runner near the target"),
}
ACCOUNT = Text(
    "第 {n} 行读不了：应为“账号 口令 自己的路径”，路径可有多个。",
    "Line {n} cannot be read: write “account password own-path”; there may be several paths.",
)
TOGETHER = Text("请把请求数和毫秒数一起填写。", "Give the requests and the milliseconds together.")


def hosts_of(row: System) -> list[str]:
    """Return the hosts of a system's addresses."""
    return sorted({Target.parse(each["address"]).host for each in row.addresses})


class ConsentForm(forms.Form):
    """What may be sent where, from when to when, how fast, and whom to call."""

    hosts = forms.MultipleChoiceField(
        label=words("哪些主机", "Which hosts"), widget=forms.CheckboxSelectMultiple
    )
    networks = forms.CharField(
        label=words("在哪些内部网段", "In which private networks"),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        help_text=words(
            "公网地址不填；内部地址须写明网段，如 10.1.0.0/16，每行一个。",
            "None for public addresses; a private one needs its network, such as 10.1.0.0/16, one"
            " a line.",
        ),
    )
    starts = forms.DateField(label=words("从哪天", "From"), widget=DayInput())
    ends = forms.DateField(label=words("到哪天（含）", "To, that day included"), widget=DayInput())
    rate = forms.FloatField(
        label=words("每秒最多请求数", "Requests a second, at most"),
        min_value=0.1,
        max_value=FASTEST,
        initial=10,
    )
    most = forms.IntegerField(
        label=words("请求总数上限", "Requests in all, at most"),
        min_value=1,
        max_value=MOST,
        initial=20_000,
    )
    heavy = forms.MultipleChoiceField(
        label=words("还可以做哪些较重的测试", "Heavier tests that are allowed"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    contact = forms.CharField(
        label=words("出了问题找谁", "Whom to call if something goes wrong"), max_length=200
    )
    reference = forms.CharField(label=words("同意书文号", "Number of the paper"), max_length=200)

    def __init__(self, row: System, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["hosts"].choices = [(host, host) for host in hosts_of(row)]
        fields["heavy"].choices = choices({name: HEAVIER[name] for name in HEAVY})

    def terms(self) -> dict[str, Any]:
        """Return the terms as a file of consent has them."""
        given = self.cleaned_data
        zone = timezone.get_default_timezone()
        starts = datetime.combine(given["starts"], datetime.min.time(), zone)
        ends = datetime.combine(given["ends"], datetime.max.time(), zone).replace(microsecond=0)
        return {
            "hosts": given["hosts"],
            "networks": [each.strip() for each in given["networks"].splitlines() if each.strip()],
            "starts": starts.isoformat(),
            "ends": ends.isoformat(),
            "rate": given["rate"],
            "most": given["most"],
            "heavy": given["heavy"],
            "contact": given["contact"],
            "reference": given["reference"],
        }


class ProbeForm(forms.Form):
    """Which probes at which address, and what they are lent."""

    target = forms.ChoiceField(label=words("地址", "Address"))
    profile = forms.ChoiceField(label=words("测哪一组", "Which probes"))
    origin = forms.ChoiceField(
        label=words("在哪里测", "Where it is run"),
        help_text=words(
            "本站到不了的内部地址，由部门登记的近旁测试机来取任务。",
            "An address that this site does not reach is left to a runner that the department has"
            " registered.",
        ),
    )
    login = forms.CharField(
        label=words("登录接口的路径", "Path that takes a login"), max_length=300, required=False
    )
    names = forms.CharField(
        label=words("账号和口令的字段名", "Names of its two fields"),
        max_length=100,
        required=False,
        initial="username password",
    )
    accounts = forms.CharField(
        label=words("两个测试账号", "Two test accounts"),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        help_text=words(
            "每行“账号 口令 自己的路径”；测试结束即删除。",
            "“account password own-path”, one a line; they are forgotten when the run has ended.",
        ),
    )
    openapi = forms.CharField(
        label=words("接口描述（OpenAPI）的路径", "Path of the OpenAPI description"),
        max_length=300,
        required=False,
    )
    token = forms.CharField(
        label=words("接口令牌", "Token of the interface"),
        max_length=4000,
        required=False,
        help_text=words(
            "没有令牌，只能测试接口的公开部分；测试结束即删除。",
            "Without one its public part alone is tested; forgotten when the run has ended.",
        ),
    )
    load = forms.FloatField(
        label=words("要承受每秒多少个请求", "Requests a second that it has to bear"),
        min_value=0.1,
        max_value=FASTEST,
        required=False,
    )
    within = forms.FloatField(
        label=words(
            "95% 要在多少毫秒内得到应答", "Milliseconds within which 95 of 100 are answered"
        ),
        min_value=1,
        max_value=60_000,
        required=False,
        help_text=words(
            "与上一项一起填；不填就不测承载能力。",
            "Together with the field above; without them capacity is not assessed.",
        ),
    )
    ca = forms.CharField(
        label=words("另外信任的根证书（PEM）", "Certificates trusted besides (PEM)"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=50_000,
        required=False,
    )
    national = forms.BooleanField(
        label=words("必须有国密通道", "A path by national algorithms is a must"), required=False
    )

    def __init__(self, row: System, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        fields: dict[str, Any] = self.fields
        fields["target"].choices = [(each["address"], each["address"]) for each in row.addresses]
        fields["profile"].choices = choices(PROFILES)
        fields["origin"].choices = choices(PLACES)

    def clean_accounts(self) -> list[dict[str, Any]]:
        """Return name, password and paths of each line."""
        found = []
        for n, line in enumerate(self.cleaned_data["accounts"].splitlines(), 1):
            if not line.strip():
                continue
            parts = line.split()
            if len(parts) < 3:
                raise forms.ValidationError(say(ACCOUNT.format(n=n)))
            found.append({"name": parts[0], "password": parts[1], "own": parts[2:]})
        return found

    def clean(self) -> dict[str, Any]:
        """Hold rate and time together: one alone says nothing."""
        given: dict[str, Any] = super().clean() or {}
        if (given.get("load") is None) != (given.get("within") is None):
            self.add_error("within", say(TOGETHER))
        return given

    def asked(self) -> dict[str, Any]:
        """Return what is asked for."""
        given = self.cleaned_data
        load = {"rate": given["load"], "milliseconds": given["within"]}
        names = given["names"].split()
        return {
            "target": given["target"],
            "profile": given["profile"],
            "origin": given["origin"],
            "lent": {
                "login": given["login"],
                "fields": names if len(names) == 2 else ["username", "password"],
                "accounts": given["accounts"],
                "openapi": given["openapi"],
                "token": given["token"],
                "ca": given["ca"],
                "national": given["national"],
                "load": load if given["load"] is not None else None,
            },
        }


class RunForm(forms.Form):
    """A run that was made near the target."""

    file = forms.FileField(
        label=words("结果文件", "Result"),
        help_text=words(
            "“shixiao probe … --json”的输出，包括 at-rest、backup check 和 sbom。",
            "What “shixiao probe … --json” printed, at-rest, backup check and sbom too.",
        ),
    )

    def __init__(self, row: System, *args: Any, **given: Any) -> None:
        del row
        super().__init__(*args, **given)


class SbomForm(forms.Form):
    """The list of components of the newest release."""

    file = forms.FileField(
        label=words("组件清单", "List of components"),
        help_text=words("CycloneDX 的 JSON（1.2 以上）。", "JSON of CycloneDX (1.2 or later)."),
    )

    def __init__(self, row: System, *args: Any, **given: Any) -> None:
        del row
        super().__init__(*args, **given)


class ReasonForm(forms.Form):
    """A reason that everybody may read."""

    reason = forms.CharField(
        label=words("理由", "Reason"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=5_000,
        help_text=words("理由公开。", "It is public."),
    )

    def __init__(self, row: System, *args: Any, **given: Any) -> None:
        del row
        super().__init__(*args, **given)


class RetireForm(forms.Form):
    """What has to be said when a system is retired."""

    redirect = forms.CharField(
        label=words("用户转到哪里办理", "Where its users go"), max_length=500
    )
    disposal = forms.CharField(
        label=words("数据怎样销毁或移交", "How its data are destroyed or handed over"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1_000,
    )
    filing = forms.CharField(
        label=words("备案注销编号", "Number under which its filing was cancelled"),
        max_length=200,
        help_text=words("没有备案的写明原因。", "Say why where there was none."),
    )

    def __init__(self, row: System, *args: Any, **given: Any) -> None:
        del row
        super().__init__(*args, **given)


class WaiverForm(forms.Form):
    """What is asked for in a waiver."""

    bearer = forms.CharField(label=words("责任人", "Who bears it"), max_length=100)
    reason = forms.CharField(
        label=words("为什么现在不整改", "Why it is not mended now"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2_000,
    )
    control = forms.CharField(
        label=words("替代措施", "What stands in its place meanwhile"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2_000,
    )
    expires = forms.DateField(label=words("到哪天", "Until"), widget=DayInput())
