"""Who the demo's people are, and how they learn. Made up; any likeness is chance."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from lms.accounts.rules import Role

SEED = 20_260_302
"""The same cast and the same history each time, but for the calendar."""
UNITS = {
    "DEMO": "岚汀软件（演示） Lanting (demo)",
    "DEMO-L1": "服务台 Service desk",
    "DEMO-L2": "技术支持 Technical support",
    "DEMO-IMPL": "实施交付 Implementation",
    "DEMO-CS": "客户成功 Customer success",
}
"""Code -> name; the first is the root, and the others stand below it."""
SURNAMES = {
    "王": "Wang", "李": "Li", "张": "Zhang", "刘": "Liu", "陈": "Chen", "杨": "Yang", "黄": "Huang",
    "赵": "Zhao", "吴": "Wu", "周": "Zhou", "徐": "Xu", "孙": "Sun", "马": "Ma", "朱": "Zhu",
    "胡": "Hu", "郭": "Guo", "何": "He", "林": "Lin", "高": "Gao", "罗": "Luo",
}  # fmt: skip
GIVEN = {
    "思远": "Siyuan", "雨桐": "Yutong", "子轩": "Zixuan", "佳怡": "Jiayi", "浩然": "Haoran",
    "欣妍": "Xinyan", "明哲": "Mingzhe", "晓彤": "Xiaotong", "俊杰": "Junjie", "诗涵": "Shihan",
    "天宇": "Tianyu", "梦琪": "Mengqi", "志强": "Zhiqiang", "婉清": "Wanqing", "建国": "Jianguo",
    "海燕": "Haiyan", "立新": "Lixin", "春梅": "Chunmei", "文博": "Wenbo", "静怡": "Jingyi",
}  # fmt: skip
TRAINEES = 54
LETTER = (
    "您好，来信已收到，这件事由我负责，今天 16:00 前再给您打电话。现在已经恢复使用；原因还在查，"
    "查清以前我们不猜。您三次来电我们都有记录，第一次没有建工单，是我们的疏漏。"
    "接下来：15:00 前整理好时间表，由值班经理核对，16:00 电话里逐条说明。"
    "您提的减免由客户成功决定，周五 12:00 前答复。需要您配合的只有一件：请指定一位同事一起核对。"
)
"""What the demo's trainees write where a question asks for a letter."""


@dataclass(frozen=True, slots=True)
class Part:
    """One person of the demo."""

    login: str
    name: str
    latin_name: str
    unit: str
    role: Role
    staff_no: str
    began_days_ago: int = 0
    """When the programme was assigned."""
    weeks_to_finish: int = 16
    ability: float = 0.85
    """Share of answers that are right at the first try."""
    lessons_a_week: float = 4.0
    stops_after_days: int | None = None
    """Then nothing more is heard: forgotten, or gone."""
    leaves: bool = False
    """Deactivated when they stop."""


STAFF = (
    Part("demo-admin", "周岚", "Zhou Lan", "DEMO", Role.ADMIN, "D001"),
    Part("demo-hr", "何敏", "He Min", "DEMO", Role.HR, "D002"),
    Part("demo-trainer", "陈立", "Chen Li", "DEMO-L2", Role.TRAINER, "D003"),
    Part("demo-manager", "高岩", "Gao Yan", "DEMO-L1", Role.MANAGER, "D004"),
)
"""One per role beside the trainee's; the manager's scope is their own unit."""
FIRST = Part("demo-trainee", "林晓", "Lin Xiao", "DEMO-L1", Role.TRAINEE, "D005",
             began_days_ago=24, ability=0.9, lessons_a_week=9.0)  # fmt: skip


def trainees() -> Iterator[Part]:
    """Yield the trainees: quick and slow ones, some who are late, some who left."""
    yield FIRST
    random = Random(SEED)  # noqa: S311  a story, not a secret
    names = [(s, g) for s in SURNAMES for g in GIVEN]
    units = [code for code in UNITS if code != "DEMO"]
    for number, (surname, given) in enumerate(random.sample(names, TRAINEES), start=6):
        sort = random.random()
        began = random.choice((90, 84, 77, 63, 49, 35, 21, 14, 7))
        late = sort < 0.12  # noqa: PLR2004
        leaves = number in {17, 41}
        yield Part(
            login=f"demo-{number:03}",
            name=surname + given,
            latin_name=f"{SURNAMES[surname]} {GIVEN[given]}",
            unit=units[number % len(units)],
            role=Role.TRAINEE,
            staff_no=f"D{number:03}",
            began_days_ago=max(began, 60) if late or leaves else began,
            weeks_to_finish=6 if late else random.choice((12, 16, 16, 20)),
            ability=min(0.98, random.gauss(0.84, 0.09)),
            lessons_a_week=max(1.5, random.gauss(11.0, 4.0)),
            stops_after_days=random.randint(10, 40) if late or leaves else None,
            leaves=leaves,
        )
