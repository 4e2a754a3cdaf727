"""What a citation is: a law, an administrative regulation, a State Council decision, or less.

Data are *not shared* only where a law, an administrative regulation or a decision of the State
Council clearly says so (Decree 809 art. 14(3), art. 15). A rule of a department, a local
regulation or an internal document is not enough, however it is called, so the citation is read
for what it is. Source: Legislation Law arts. 10, 72, 80, 91 for who makes what.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from shixiao.terms import Text


class Basis(StrEnum):
    """What kind of document is cited."""

    LAW = "law"
    ADMINISTRATIVE_REGULATION = "administrative_regulation"
    STATE_COUNCIL_DECISION = "state_council_decision"
    DEPARTMENTAL_RULE = "departmental_rule"
    LOCAL_REGULATION = "local_regulation"
    OTHER_DOCUMENT = "other_document"
    UNKNOWN = "unknown"


NAMES = {
    Basis.LAW: Text("法律", "a law"),
    Basis.ADMINISTRATIVE_REGULATION: Text("行政法规", "an administrative regulation"),
    Basis.STATE_COUNCIL_DECISION: Text("国务院决定", "a State Council decision"),
    Basis.DEPARTMENTAL_RULE: Text("部门规章", "a departmental rule"),
    Basis.LOCAL_REGULATION: Text("地方性法规或地方政府规章", "a local regulation or rule"),
    Basis.OTHER_DOCUMENT: Text("规范性文件或内部文件", "an official or internal document"),
    Basis.UNKNOWN: Text("看不出是什么文件", "no document that can be recognised"),
}
_TITLE = re.compile(r"《([^《》]{2,80})》")
_ARTICLE = re.compile(r"第\s*[〇零一二三四五六七八九十百千两\d]+\s*条")
# A place in front makes it local; what only ends like one (自然保护区, 市场, 民族区域) does not.
_PLACE = re.compile(
    r"^(?!中华人民共和国)[\u4e00-\u9fff]{2,12}?"
    r"(?:省|自治区|自治州|自治县|特区"
    r"|(?<!城|都|门|超|上|股)市(?![场容政民值])"
    r"|县(?![级域乡志])"
    r"|(?<!保护|名胜|开发|保税|监管|行政|经济|民族|功能|缓冲|实验)"
    r"(?<!地|小|社|园|林|矿|灾|城|景|库|牧|疫|禁)区(?![域划别块间分]))"
)
_DECISION = re.compile(r"国务院(?!办公厅)[^《》]{0,40}决定|国务院决定")
_DECREE = re.compile(r"国务院令")
_MINISTRY = re.compile(r"(?:部|委|局|署|会|总局|委员会|银行)令")
_BRACKET = re.compile(r"[（(][^）)]*(?:修订|修正|试行|暂行|草案|号|令)[^）)]*[）)]")
_METHOD = ("办法", "方法", "做法")
_RULE = ("办法", "规定", "规则", "细则", "规程")
_INTERNAL = re.compile(r"内部|^[本我](?:局|委|厅|部门|单位|办|中心|院|市|县|区)")
_DOCUMENT = ("通知", "意见", "方案", "制度", "纪要", "函", "指南", "规范", "标准", "公告")


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation as it was read.

    Attributes:
        basis: what kind of document it is.
        title: of the document; "" where none could be read.
        article: as written; "" where none is named.
    """

    basis: Basis
    title: str
    article: str


def cited(text: str) -> Citation:
    """Read a citation such as 《中华人民共和国统计法》第二十五条.

    Where several documents are cited, the one that carries most decides: data may be withheld on
    the law that is named, whatever stands beside it.
    """
    if len(text) > 2_000:
        text = text[:2_000]
    titles = [
        (match.group(1).strip(), text[match.end() : match.end() + 60])
        for match in _TITLE.finditer(text)
    ] or [(_before_article(text), text)]
    read = [Citation(_kind(title, after), title, _article(after)) for title, after in titles]
    order = list(Basis)
    return min(read, key=lambda each: (order.index(each.basis), not each.article))


def _before_article(text: str) -> str:
    return _ARTICLE.split(text.strip(), maxsplit=1)[0].strip(" ，。；：()（）")


def _article(after: str) -> str:
    found = _ARTICLE.search(after.split("《", maxsplit=1)[0])
    return found.group(0) if found else ""


def _kind(title: str, after: str) -> Basis:
    """Return what a document is by its title and by what stands right behind it."""
    plain = _BRACKET.sub("", title).strip()
    behind = after.split("《", maxsplit=1)[0]
    decree = _DECREE.search(title + behind) is not None
    ministry = _MINISTRY.search(behind) is not None
    regulation = plain.endswith("条例") or decree
    tests = (
        (_INTERNAL.search(plain) is not None, Basis.OTHER_DOCUMENT),
        (_DECISION.search(plain + behind) is not None, Basis.STATE_COUNCIL_DECISION),
        (_of_a_place(plain), _local(plain)),
        (plain.endswith(("法", "法典")) and not plain.endswith(_METHOD), Basis.LAW),
        (regulation and not (ministry and not decree), Basis.ADMINISTRATIVE_REGULATION),
        (regulation or plain.endswith(_RULE), Basis.DEPARTMENTAL_RULE),
        (plain.endswith(_DOCUMENT), Basis.OTHER_DOCUMENT),
    )
    return next((basis for holds, basis in tests if holds), Basis.UNKNOWN)


def _of_a_place(plain: str) -> bool:
    return _PLACE.match(plain) is not None


def _local(plain: str) -> Basis:
    made = plain.endswith(("条例", *_RULE))
    return Basis.LOCAL_REGULATION if made else Basis.OTHER_DOCUMENT
