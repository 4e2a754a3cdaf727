"""What is cited is read for what it is, however it is called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shixiao.sharing.catalogue import Basis, cited

LAW, REGULATION = Basis.LAW, Basis.ADMINISTRATIVE_REGULATION
DECISION, RULE = Basis.STATE_COUNCIL_DECISION, Basis.DEPARTMENTAL_RULE
LOCAL, DOCUMENT = Basis.LOCAL_REGULATION, Basis.OTHER_DOCUMENT


@pytest.mark.parametrize(
    ("text", "basis", "article"),
    [
        ("《中华人民共和国统计法》第二十五条", LAW, "第二十五条"),
        ("依据《民法典》第1034条、《市局数据管理办法》", LAW, "第1034条"),
        ("《个人信息保护法》", LAW, ""),
        ("《民族区域自治法》第十条", LAW, "第十条"),
        ("中华人民共和国档案法第三十条", LAW, "第三十条"),
        ("《政务数据共享条例》第十四条", REGULATION, "第十四条"),
        ("《自然保护区条例》第二十六条", REGULATION, "第二十六条"),
        ("《风景名胜区条例》第三条", REGULATION, "第三条"),
        ("《行政区划管理条例》第三条", REGULATION, "第三条"),
        ("《城市市容和环境卫生管理条例》第五条", REGULATION, "第五条"),
        ("《市场主体登记管理条例》第九条", REGULATION, "第九条"),
        ("《征信业管理条例》（国务院令第631号）第十三条", REGULATION, "第十三条"),
        ("《税收征收管理法实施细则》（国务院令第362号）第五条", REGULATION, "第五条"),
        ("《国务院关于加强某事的决定》第一条", DECISION, "第一条"),
        ("国务院决定（国发〔2016〕5号）第三条", DECISION, "第三条"),
        ("《公安机关户籍管理办法》第三条（公安部令第12号）", RULE, "第三条"),
        ("《婚姻登记档案管理办法》第十五条", RULE, "第十五条"),
        ("《社会保险个人权益记录管理办法》第20条", RULE, "第20条"),
        ("《浙江省公共数据条例》第二十条", LOCAL, "第二十条"),
        ("《杭州市公共数据管理办法》第8条", LOCAL, "第8条"),
        ("《深圳经济特区数据条例》第三条", LOCAL, "第三条"),
        ("《延边朝鲜族自治州某条例》第三条", LOCAL, "第三条"),
        ("《国务院办公厅关于印发某方案的通知》第三条", DOCUMENT, "第三条"),
        ("本局内部规定第三条", DOCUMENT, "第三条"),
        ("我委数据管理制度", DOCUMENT, ""),
        ("涉密", Basis.UNKNOWN, ""),
        ("", Basis.UNKNOWN, ""),
    ],
)
def test_a_citation_is_read_for_what_it_is(text: str, basis: Basis, article: str) -> None:
    found = cited(text)
    assert (found.basis, found.article) == (basis, article)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert cited(text).basis in Basis
