"""Forms of fieldwork that are not questions of a protocol."""

from __future__ import annotations

from secrets import token_hex

from django import forms

from shixiao.web.shell.pages import words
from shixiao.workflows.moving import LONGEST


class Why(forms.Form):
    """What happened, in the evaluator's words; the same form sent twice is one."""

    why = forms.CharField(
        label=words("情况和理由", "What happened, and why"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=LONGEST,
    )
    once = forms.CharField(widget=forms.HiddenInput, min_length=8, max_length=64, initial=token_hex)


class NewKey(forms.Form):
    """A public key of the evaluator's own."""

    public = forms.CharField(
        label=words("公钥（base64）", "Public key (base64)"),
        max_length=100,
        help_text=words(
            "由命令 shixiao sign new-key 生成时，把它打印的公钥粘贴到这里。",
            "If you made it by the command shixiao sign new-key, paste the public key it prints.",
        ),
    )


class Signature(forms.Form):
    """A signature on the sheet as it is shown."""

    sha256 = forms.CharField(widget=forms.HiddenInput, min_length=64, max_length=64)
    signature = forms.CharField(
        label=words("签名（base64）", "Signature (base64)"),
        max_length=120,
        help_text=words(
            "由命令 shixiao sign 生成时，把签名粘贴到这里。",
            "If you made it by the command shixiao sign, paste the signature here.",
        ),
    )


class Submissions(forms.Form):
    """Submissions of ODK Collect: one XML, a ZIP of several, or a CSV export."""

    file = forms.FileField(label=words("ODK 提交的文件", "File of ODK submissions"))
