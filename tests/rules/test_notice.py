"""The yearly notice, read as the State Council writes it."""

from datetime import date

import pytest

from shixiao.rules import (
    DayKind,
    days_csv,
    import_notice,
    load_calendar,
    merge_days,
    read_days,
)
from shixiao.rules.calendars import CHINA_DAYS
from shixiao.terms import BadInput

NOTICE_2026 = """国务院办公厅关于2026年
部分节假日安排的通知
经国务院批准，现将2026年元旦、春节等放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。
"""

HEAD = "关于{year}年部分节假日安排的通知\n"


def test_the_notice_of_2026_gives_the_calendar_of_2026():
    shipped = [row for row in read_days(CHINA_DAYS) if row.day.year == 2026]
    assert list(import_notice(NOTICE_2026)) == shipped


@pytest.mark.parametrize(
    ("year", "line", "off", "makeup"),
    [
        (
            2019,
            "一、元旦：2018年12月30日至2019年1月1日放假调休，共3天。2018年12月29日（星期六）上班。",
            [date(2018, 12, 30), date(2018, 12, 31), date(2019, 1, 1)],
            [date(2018, 12, 29)],
        ),
        (2024, "一、元旦：1月1日放假，与周末连休。", [date(2024, 1, 1)], []),
        (2025, "一、元旦：1月1日（周三）放假1天，不调休。", [date(2025, 1, 1)], []),
        (
            2024,
            "二、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。鼓励各单位安排职工在4月8日休息。",
            [date(2024, 4, 4), date(2024, 4, 5), date(2024, 4, 6)],
            [date(2024, 4, 7)],
        ),
    ],
)
def test_the_wordings_of_other_years_are_read(year, line, off, makeup):
    rows = import_notice(HEAD.format(year=year) + line)
    assert [row.day for row in rows if row.kind is DayKind.HOLIDAY] == off
    assert [row.day for row in rows if row.kind is DayKind.MAKEUP] == makeup


def test_two_holidays_that_share_a_section_are_both_named():
    line = "七、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。"
    (first, *_) = import_notice(HEAD.format(year=2025) + line)
    assert first.name.en == "National Day and Mid-Autumn Festival"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("今天放假", "not a State Council notice"),
        (HEAD.format(year=2026), "not a State Council notice"),
        (NOTICE_2026.replace("5月1日（周五）", "5月1日（周四）"), "2026-05-01 is not the weekday"),
        (NOTICE_2026.replace("共9天", "共8天"), "says 8 days, but its dates span 9"),
        (NOTICE_2026.replace("清明节：", "植树节："), "植树节.*no holiday name"),
        (NOTICE_2026.replace("4月4日（周六）至6日", "4月31日（周六）至6日"), "no day 2026-4-31"),
        (NOTICE_2026.replace("至21日（周日）", "至12日"), "ends before it starts"),
        (
            NOTICE_2026.replace("9月25日（周五）至27日（周日）放假，共3天", "按惯例放假"),
            "gives no day off",
        ),
        (
            NOTICE_2026.replace("1月4日（周日）上班", "1月3日（周六）上班"),
            "2026-01-03 appears twice",
        ),
    ],
)
def test_a_notice_that_contradicts_itself_is_refused(text, why):
    with pytest.raises(BadInput, match=why):
        import_notice(text)


def test_an_imported_year_is_no_longer_provisional(tmp_path):
    line = "一、元旦：2026年12月31日至2027年1月2日放假调休，共3天。1月3日（周日）上班。"
    rows = merge_days(read_days(CHINA_DAYS), import_notice(HEAD.format(year=2027) + line))
    path = tmp_path / "cn.csv"
    path.write_text(days_csv(rows), encoding="utf-8")
    calendar = load_calendar(path)
    assert not calendar.provisional(date(2026, 12, 1), date(2027, 2, 1))
    assert calendar.is_working(date(2027, 1, 3))
    assert not calendar.is_working(date(2026, 12, 31))
    assert days_csv(read_days(path)) == days_csv(rows)


def test_a_notice_that_moves_december_does_not_announce_the_year_before(tmp_path):
    line = "一、元旦：2027年12月31日至2028年1月2日放假调休，共3天。"
    rows = merge_days(read_days(CHINA_DAYS), import_notice(HEAD.format(year=2028) + line))
    path = tmp_path / "cn.csv"
    path.write_text(days_csv(rows), encoding="utf-8")
    assert load_calendar(path).unannounced(date(2026, 1, 1), date(2028, 2, 1)) == (2027,)
