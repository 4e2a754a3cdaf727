"""Do two wordings of one service ask for the same thing?"""

from __future__ import annotations

import pytest

from shixiao.sharing.matching import alike

THRESHOLD = 0.5  # rule DSN-02


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("户口簿", "居民户口簿", True),
        ("户口本", "居民户口簿（首页及本人页）", True),
        ("身份证复印件", "居民身份证正反面照片", True),
        ("房产证", "不动产权证书", True),
        ("营业执照副本", "营业执照（加盖公章）", True),
        ("联系电话", "手机号码", True),
        ("申请表", "在线申请表单", True),
        ("Copy of the identity card", "Identity card (original)", True),
        ("结婚证", "离婚证", False),
        ("父亲身份证", "母亲身份证", False),
        ("收入证明", "居住证明", False),
        ("情况说明", "承诺书", False),
        ("Floor plan", "Power of attorney", False),
        ("", "户口簿", False),
    ],
)
def test_wordings_are_held_against_each_other(one, other, same):
    assert (alike(one, other) >= THRESHOLD) == same
    assert alike(one, other) == alike(other, one)
