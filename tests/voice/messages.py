"""Messages for tests: invented complaints about invented places, and edits of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from shixiao.voice import Message

SUBJECTS = {
    "施工噪音": ["工地夜间施工", "噪音很大", "打桩机响到凌晨", "老人孩子无法入睡", "渣土车轰鸣"],
    "地铁站": ["地铁出口没有扶梯", "轮椅无法进站", "盲道被占", "无障碍电梯停用", "站口台阶太高"],
    "自来水": ["自来水发黄", "水里有泥沙", "水压太低", "三楼以上没有水", "水厂不回复"],
    "落户": [
        "落户材料反复提交",
        "户口迁移等了两个月",
        "窗口说缺证明",
        "派出所让跑三趟",
        "系统打不开",
    ],
}
PLACES = ["青禾区", "白石区", "临江县", "梧桐镇"]
FILLERS = [
    "请有关部门尽快处理",
    "希望给个答复",
    "已经反映多次",
    "谢谢领导",
    "居民意见很大",
    "影响正常生活",
]


def drawing(seed: int) -> random.Random:
    """Return random numbers that are the same every time."""
    return random.Random(seed)  # noqa: S311 - tests


def spoken(count: int, *, seed: int = 1) -> list[Message]:
    """Return messages that each speak of one subject in their own words, subject as label."""
    rng = drawing(seed)
    rows = []
    for number in range(count):
        subject = list(SUBJECTS)[number % len(SUBJECTS)]
        said = rng.sample(SUBJECTS[subject], 3) + rng.sample(FILLERS, 2)
        rng.shuffle(said)
        place = rng.choice(PLACES)
        title = f"{place}{subject}问题{rng.randrange(10**6)}"
        text, likes = "，".join(said) + "。", rng.randrange(5)
        who = f"p{number}"
        rows.append(
            Message(str(number), text, title, likes, place=place, person=who, label=subject)
        )
    return rows


def edited(text: str, share: float, rng: random.Random, signs: Sequence[str]) -> str:
    """Change a share of the signs at random: another one, none, or one more."""
    change: tuple[Callable[[str], str], ...] = (
        lambda _: rng.choice(signs),
        lambda _: "",
        lambda sign: sign + rng.choice(signs),
    )
    return "".join(rng.choice(change)(s) if rng.random() < share else s for s in text)
