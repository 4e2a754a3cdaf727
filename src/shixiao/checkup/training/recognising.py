"""What in a text could name a person or a department? Recognisers, most certain first.

Numbers with a check digit are told by it: identity numbers by GB 11643-1999 (ISO 7064, MOD 11-2),
unified social credit codes by GB 32100-2015 (weights 3^i mod 31). One that fails its check is still
taken out, as a long number: a slip of the pen names the same person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from shixiao.terms import Text

SURNAMES = (
    "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|司徒|"
    "[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡"
    "贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱"
    "汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐"
    "梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋甘景薄"
    "单包司柏宁柯阮桂闵解强柴华车冉房边净]"
)
TITLES = (
    "先生|女士|小姐|同志|老师|师傅|科长|处长|局长|厅长|主任|书记|市长|县长|区长|镇长|乡长|所长|股长|"
    "经理|大爷|大妈|阿姨"
)
ROLES = (
    "姓名|经办人|申请人|办事人|联系人|投诉人|举报人|当事人|群众|居民|市民|村民|企业主|负责人|"
    "工作人员|审批人员|窗口人员|评估员"
)
MARKS = 0xF0000
"""First sign of the private plane: one sign stands for one thing that was taken out."""
STOP = (
    f"到在向由被将从把给对因是找去让请经为至，。；：、（）“”\\s{chr(MARKS)}-{chr(MARKS + 0xFFFD)}"
)
MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
)
ORGANS = (
    "人民政府|政务服务中心|服务中心|办事大厅|街道办事处|街道办|派出所|管委会|委员会|管理处|大队|支队|"
    "分局|局|厅|法院|检察院|税务所"
)
ENGLISH_ORGANS = (
    "Bureau|Department|Office|Commission|Centre|Center|Administration|Ministry|Committee|Court|"
    "Subdistrict|Government"
)
FEW = "人|名|位|户|家|个人|名群众|位群众|户居民"
FEW_ENGLISH = (
    "people|persons?|residents?|applicants?|families|family|households?|elderly|women|woman|men|man"
    "|children|child|companies|company|citizens?|officials?|employees?"
)
FULL_WIDTH = {0xFF10 + n: 0x30 + n for n in range(10)} | {
    start + n: plain + n for start, plain in ((0xFF21, 0x41), (0xFF41, 0x61)) for n in range(26)
}
FULL_WIDTH |= {0xFF20: 0x40, 0xFF0D: 0x2D, 0xFF0E: 0x2E, 0x3000: 0x20}
HIDDEN = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")


@dataclass(frozen=True, slots=True)
class Known:
    """Names that are known and must not be read, by what stands in their place.

    Attributes:
        people: names of persons.
        departments: names and short names of departments, of the whole city.
        services: names of services.
        places: names of regions, streets, buildings.
        codes: codes of cases and findings.
    """

    people: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of thing that is taken out: what it is, and what stands in its place."""

    id: str
    name: Text
    instead: Text


@dataclass(frozen=True, slots=True)
class Recogniser:
    """A pattern of one sort; a group named ``hide`` is what is taken out, else all of it."""

    sort: str
    pattern: re.Pattern[str]


SORTS = {
    sort.id: sort
    for sort in (
        Sort("person", Text("姓名", "name of a person"), Text("某人", "a person")),
        Sort("department", Text("部门", "department"), Text("某部门", "a department")),
        Sort("service", Text("服务", "service"), Text("某项服务", "a service")),
        Sort("place", Text("地名", "place"), Text("某地", "a place")),
        Sort("address", Text("地址", "address"), Text("某处", "an address")),
        Sort("email", Text("电子邮箱", "e-mail"), Text("某邮箱", "an e-mail address")),
        Sort("web", Text("网址", "web address"), Text("某网址", "a web address")),
        Sort("identity", Text("身份证号", "identity number"), Text("某证件号", "an id number")),
        Sort("credit", Text("统一社会信用代码", "credit code"), Text("某代码", "a code")),
        Sort("phone", Text("电话", "phone number"), Text("某电话", "a phone number")),
        Sort("plate", Text("车牌", "number plate"), Text("某车牌", "a number plate")),
        Sort("code", Text("编号", "code"), Text("某编号", "a code")),
        Sort("paper", Text("文号", "number of a document"), Text("某文号", "a document")),
        Sort("number", Text("长号码", "long number"), Text("某号码", "a number")),
        Sort("time", Text("钟点", "time of day"), Text("某时", "some hour")),
        Sort("date", Text("日期", "date"), Text("某日", "some day")),
        Sort("few", Text("少量人数", "small number"), Text("少数几", "a few")),
    )
}


def _r(sort: str, pattern: str, flags: int = 0) -> Recogniser:
    return Recogniser(sort, re.compile(pattern, flags))


ANY_CASE = re.IGNORECASE
#: in the order in which they are applied
RECOGNISERS = (
    _r("email", r"[\w.+-]+\s?@\s?[\w-]+(?:\.[\w-]+)+", re.ASCII),
    _r("web", r"(?:https?://|www\.)[^\s，。；）]+", re.ASCII),
    _r("paper", r"[\u4e00-\u9fff]{1,8}[〔\[(（]\s?\d{4}\s?[〕\])）]\s?第?\s?\d+\s?号"),
    _r("credit", r"(?<![0-9A-Za-z])[0-9A-HJ-NP-RT-UW-Y]{2}\d{6}[0-9A-HJ-NP-RT-UW-Y]{10}"
       r"(?![0-9A-Za-z])"),
    _r("identity", r"(?<![0-9A-Za-z])\d{6}[ -]?(?:19|20)\d{2}[ -]?\d{4}[ -]?\d{3}[0-9Xx]"
       r"(?![0-9A-Za-z])|(?<!\d)\d{15}(?!\d)"),
    _r("phone", r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"
       r"|(?<!\d)(?<!\d[ -])\(?0\d{2,3}\)?[ -]?\d{3,4}[ -]?\d{4}(?!\d)"
       r"|(?<!\d)(?<!\d[ -])[48]00[ -]?\d{3}[ -]?\d{4}(?!\d)"),
    _r("plate", r"[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新]"
       r"[A-HJ-NP-Z][·• ]?[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]"),
    _r("code", r"(?<![0-9A-Za-z])[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]"
       r"(?![0-9A-Za-z])|(?<![0-9A-Za-z])[0-9a-f]{16}(?![0-9A-Za-z])"),
    _r("code", r"(?<![0-9A-Za-z])[A-Za-z]{1,6}[-_]?\d[\dA-Za-z]*(?:[-_/]\d[\dA-Za-z]*)*"
       r"(?![0-9A-Za-z%])"),
    _r("date", r"(?P<y>(?:19|20)\d{2})\s?年\s?(?P<m>1[0-2]|0?[1-9])\s?月(?:\s?\d{1,2}\s?[日号])?"),
    _r("date", r"(?<!\d)(?P<y>(?:19|20)\d{2})[-/.](?P<m>1[0-2]|0?[1-9])[-/.]\d{1,2}(?!\d)"),
    _r("date", r"(?<!\d)(?P<m>1[0-2]|0?[1-9])\s?月\s?\d{1,2}\s?[日号]"),
    _r("date", rf"\b\d{{1,2}}\s+(?P<n>{MONTHS})\.?,?(?:\s+(?P<y>(?:19|20)\d{{2}}))?\b", ANY_CASE),
    _r("date", rf"\b(?P<n>{MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?\b"
       r"(?:,?\s+(?P<y>(?:19|20)\d{2}))?", ANY_CASE),
    _r("date", rf"\b(?P<n>{MONTHS})\.?\s+(?P<y>(?:19|20)\d{{2}})\b", ANY_CASE),
    _r("number", r"(?<![\d.])\d(?:[ -]?\d){6,}(?![\d.])"),
    _r("person", rf"(?:{ROLES})[：:]?\s?(?P<hide>(?:{SURNAMES})\s?[\u4e00-\u9fff]"
       rf"(?:(?=[{STOP}]|$|说|称|于|反|表|提|办|申|来)|\s?[\u4e00-\u9fff]))"),
    _r("person", rf"(?P<hide>(?:{SURNAMES})[\u4e00-\u9fff]{{0,2}})(?:{TITLES})"),
    _r("person", r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Director|Mayor|Secretary)\.?\s+"
       r"(?P<hide>[A-Z][a-z]+(?:[ -][A-Z][a-z]+){0,2})"),
    _r("address", r"[\u4e00-\u9fff]{2,6}?(?:路|街|大道|巷|弄|胡同)[东西南北中]?\s?\d+\s?号"
       r"(?:[\u4e00-\u9fff\d-]{0,8}(?:室|楼|栋|幢|单元))?"),
    _r("address", r"\b\d+\s+(?:[A-Z][a-z]+\s+){1,3}(?:Road|Street|Avenue|Lane|Boulevard|Rd|St)\b"),
    _r("department", rf"[^{STOP}A-Za-z0-9]{{1,14}}?(?:{ORGANS})(?![部势面限])"),
    _r("department", rf"\b(?:[A-Z][\w&-]+\s+(?:(?:of|and|for|the)\s+)*){{1,6}}"
       rf"(?:{ENGLISH_ORGANS})\b"
       rf"|\b(?:{ENGLISH_ORGANS})\s+(?:of|for)\s+(?:[A-Z][\w&-]+(?:\s+and)?\s?){{1,5}}"),
    _r("time", r"(?<!\d)(?:[01]?\d|2[0-3])[:：][0-5]\d(?:[:：][0-5]\d)?(?!\d)"
       r"|(?:凌晨|上午|中午|下午|晚上)?\s?\d{1,2}\s?[时点](?:\s?\d{1,2}\s?分|半)?(?!间)"),
    _r("few", rf"(?<![\d.,])(?:10|[1-9])\s?(?:余\s?)?(?=(?:{FEW}))"
       rf"|(?<![第百千万一二三四五六七八九十])[一二两三四五六七八九十](?=(?:{FEW})(?![员们次]))"),
    _r("few", rf"(?<![\d.,])\b(?:10|[1-9]|one|two|three|four|five|six|seven|eight|nine|ten)"
       rf"(?=\s+(?:[a-z]+\s+)?(?:{FEW_ENGLISH})\b)", ANY_CASE),
)  # fmt: skip


def plain(text: str) -> str:
    """Return a text with plain digits and letters and without signs that nobody sees."""
    return HIDDEN.sub("", unicodedata.normalize("NFC", text).translate(FULL_WIDTH))


def valid_identity(number: str) -> bool:
    """Tell whether an identity number of 18 signs keeps its check digit (MOD 11-2)."""
    digits = re.sub(r"[ -]", "", number).upper()
    if not re.fullmatch(r"\d{17}[\dX]", digits):
        return False
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(digits[:17]))
    return "10X98765432"[total % 11] == digits[17]


def valid_credit_code(code: str) -> bool:
    """Tell whether a unified social credit code keeps its check sign (weights 3^i mod 31)."""
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    if len(code) != 18 or any(sign not in signs for sign in code):
        return False
    total = sum(signs.index(sign) * pow(3, place, 31) for place, sign in enumerate(code[:17]))
    return signs[(31 - total % 31) % 31] == code[17]


def quarter(match: re.Match[str], language: str) -> str:
    """Write the quarter that a date lies in."""
    groups = match.groupdict()
    named = groups.get("n")
    month = _month(named) if named else int(groups["m"])
    year, number = groups.get("y"), (month + 2) // 3
    if language == "zh":
        return f"{year or '某'}年第{'一二三四'[number - 1]}季度"
    ordinal = ("first", "second", "third", "fourth")[number - 1]
    return f"the {ordinal} quarter of {year}" if year else f"the {ordinal} quarter of a year"


def quarter_of(day: date) -> Text:
    """Return the quarter of a day in words."""
    number = (day.month + 2) // 3
    ordinal = ("first", "second", "third", "fourth")[number - 1]
    return Text(
        f"{day.year}年第{'一二三四'[number - 1]}季度", f"the {ordinal} quarter of {day.year}"
    )


def _month(name: str) -> int:
    order = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    return order.index(name[:3].lower()) + 1


def names_in(text: str, names: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Give where known names stand, longer ones first, blanks between signs forgiven."""
    for name in sorted({plain(n).strip() for n in names if n.strip()}, key=len, reverse=True):
        if name.isascii():
            pattern = r"(?<!\w)" + r"\s+".join(map(re.escape, name.split())) + r"(?!\w)"
        else:
            pattern = r"\s*".join(re.escape(sign) for sign in name if not sign.isspace())
        for match in re.finditer(pattern, text, re.IGNORECASE):
            yield match.span()
