"""Forms of the ledger's pages."""

from __future__ import annotations

from typing import Any

from django import forms

from shixiao.ledger import vocabulary
from shixiao.ledger.notes import LARGEST_NOTE
from shixiao.seals import read_code
from shixiao.terms import Text
from shixiao.web.shell.pages import say, words
from shixiao.workflows.receipts import NO_RECEIPT

NOTHING = Text("请选择收据文件，或粘贴它的内容。", "Choose a receipt, or paste what is in it.")
TOO_LARGE = Text("收据不会超过 1 MB，请确认文件。", "Receipts have less than 1 MB; check the file.")
AREA = forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "keys"})


class FindForm(forms.Form):
    """By what anybody finds an entry."""

    number = forms.CharField(
        label=words("按回执编号查找", "Find by receipt number"),
        help_text=words(
            "形如 K7Q2-M9XD-4；大小写、空格和横线都可以。",
            "Like K7Q2-M9XD-4; small letters, blanks and missing dashes are fine.",
        ),
        max_length=40,
    )

    def clean_number(self) -> str:
        """Return the number as it is written properly."""
        found = read_code(str(self.cleaned_data["number"]))
        if found is None:
            raise forms.ValidationError(say(NO_RECEIPT))
        return found


class CheckForm(forms.Form):
    """A receipt to be checked: a file, or what is in it."""

    file = forms.FileField(
        label=words("收据文件（.tlog-proof）", "Receipt (.tlog-proof)"), required=False
    )
    pasted = forms.CharField(
        label=words("或粘贴收据内容", "Or paste the receipt"),
        required=False,
        strip=False,
        max_length=LARGEST_NOTE,
        widget=AREA,
    )

    def clean(self) -> dict[str, Any]:
        """Put what was given into ``data``: bytes, and the name of the file."""
        given = super().clean() or {}
        upload, pasted = given.get("file"), str(given.get("pasted") or "")
        if upload is None and not pasted.strip():
            raise forms.ValidationError(say(NOTHING))
        if upload is not None:
            given["name"], given["data"] = upload.name, upload.read(LARGEST_NOTE + 1)
            if len(given["data"]) > LARGEST_NOTE:
                raise forms.ValidationError(say(TOO_LARGE))
        else:
            plain = pasted.replace("\r\n", "\n").strip("\n") + "\n"
            given["name"], given["data"] = (
                say(Text("粘贴的内容", "What was pasted")),
                plain.encode(),
            )
        return given


class EntriesFilter(forms.Form):
    """Which entries to list."""

    event = forms.ChoiceField(label=words("事件", "Event"), required=False)
    subject = forms.CharField(label=words("对象编号", "Subject"), required=False, max_length=100)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        known = [(event.id, say(event.name)) for event in vocabulary().events.values()]
        fields: dict[str, Any] = self.fields
        fields["event"].choices = [("", words("全部", "All")), *known]


class WitnessForm(forms.Form):
    """A witness to be added."""

    name_zh = forms.CharField(label=words("见证方（中文）", "Witness (Chinese)"), max_length=100)
    name_en = forms.CharField(label=words("见证方（英文）", "Witness (English)"), max_length=100)
    vkey = forms.CharField(
        label=words("公钥", "Public key"),
        help_text=words(
            "一行文字：名称、编号和密钥，以加号相连；由见证方当面或书面交来，不要只凭邮件。",
            "One line: name, id and key joined by plus signs. Take it in person or on paper,"
            " not by mail alone.",
        ),
        max_length=400,
    )


class EndForm(forms.Form):
    """Why a witness ends."""

    reason = forms.CharField(label=words("原因", "Reason"), max_length=2_000)
