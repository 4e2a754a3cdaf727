"""Names of the parts of rules, so that a report never shows the code of one."""

from __future__ import annotations

from shixiao.checkup.index import DIMENSION_NAMES, GRADES, indicators
from shixiao.checkup.report.words import ONE_SUBJECT
from shixiao.rules import Rule
from shixiao.terms import SubjectKind, Text

_WORDS = {
    "warn": Text("提醒", "warns"),
    "block": Text("停用", "stops"),
    "minimum": Text("最低", "minimum"),
    "cases": Text("办件", "cases"),
    "low": Text("最少", "low"),
    "usual": Text("通常", "usual"),
    "high": Text("最多", "high"),
    "online": Text("网上", "online"),
    "other": Text("其他渠道", "other channels"),
    "floor": Text("0 分", "0 points"),
    "target": Text("100 分", "100 points"),
    "medium": Text("较重", "serious"),
    "once": Text("一次性", "once"),
    "day": Text("每日", "daily"),
    "week": Text("每周", "weekly"),
    "month": Text("每月", "monthly"),
    "quarter": Text("每季", "quarterly"),
    "year": Text("每年", "yearly"),
    "days": Text("天数", "days"),
    "completions": Text("办成数", "completions"),
    "accounts": Text("账号", "accounts"),
    "month_end": Text("月末", "month's end"),
    "stretch": Text("时段", "stretch"),
    "working_from": Text("上班（时）", "work begins (hour)"),
    "working_to": Text("下班（时）", "work ends (hour)"),
    "ratings": Text("评价", "ratings"),
    "texts": Text("评语", "texts"),
    "seconds": Text("秒数", "seconds"),
    "device_ratings": Text("同一设备评价", "ratings of one device"),
    "top": Text("最高级", "top level"),
    "arm": Text("每组", "each group"),
    "fields": Text("字段", "fields"),
    "working_days": Text("工作日", "working days"),
    "lapsed": Text("不再使用", "not used"),
    "overlap": Text("重叠", "overlap"),
    "neighbours": Text("前后各", "neighbouring days"),
    "reopen": Text("重新申请", "opened again"),
    "together": Text("同秒办件", "cases in one second"),
    "activities": Text("环节数", "activities"),
    "steps": Text("环节", "steps"),
    "late_days": Text("晚于办结", "after the end"),
    "replies": Text("答复", "replies"),
    "similar": Text("相似", "alike"),
    "shingle": Text("连续字数", "characters in a row"),
    "repeat_days": Text("再次来信", "written again"),
    "shortest": Text("最短字数", "fewest characters"),
    "group": Text("该群体", "the group"),
    "rest": Text("其他人", "the rest"),
    "services": Text("所载服务", "services carried"),
    "sampling": Text("抽样误差", "sampling"),
    "choices": Text("改变选择", "choices"),
    "ranks": Text("先后", "order"),
    "concentration": Text("集中程度", "concentration"),
    "goalposts": Text("目标区间移动", "goalposts moved"),
    "arithmetic": Text("算术合成", "joined arithmetically"),
    "logistic": Text("平滑曲线", "smooth curve"),
    "registrations": Text("注册", "registrations"),
    "clicks": Text("点击", "clicks"),
    "comments": Text("评论", "comments"),
    "likes": Text("点赞", "likes"),
    "installs": Text("安装", "installs"),
    "share": Text("占比", "share"),
    "older_from": Text("老年起始年龄", "older from"),
    "older_attributes": Text("年龄列", "columns of age"),
    "kinds": Text("类别", "kinds"),
    "quantile": Text("分位数", "quantiles"),
    "older": Text("老年人", "older people"),
    "tests": Text("体验测试", "field tests"),
    "messages": Text("来信", "messages"),
}
# Parts of one name that mean different things in different rules.
_OF_RULE = {("E-14", "cases"): Text("同秒办件", "cases in one second")}


def part_name(rule: Rule, part: str) -> Text:
    """Return what to call a part of a rule's value."""
    special = _OF_RULE.get((rule.id, part))
    if special is not None:
        return special
    named = {item.id: item.name for item in indicators()} | DIMENSION_NAMES | GRADES
    if rule.id.startswith("I-") and part in named:
        return named[part]
    if part in _WORDS:
        return _WORDS[part]
    kinds = {str(kind): name for kind, name in ONE_SUBJECT.items() if kind is not SubjectKind.CITY}
    return kinds.get(part, Text.of(part))
