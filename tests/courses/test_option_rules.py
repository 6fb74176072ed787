"""Options that stand for all of the others, told from those that only sound like it."""

import pytest

from lms.courses.option_rules import is_catch_all


@pytest.mark.parametrize(
    "text",
    [
        "以上都对",
        "以上都不对",
        "以上皆是",
        "以上皆非",
        "以上全部",
        "以上全对",
        "以上均正确。",
        "以上选项都正确",
        "以上说法都不正确",
        "以上答案均不对",
        "以上三项都是",
        "以上各项均包括",
        "以上所有选项",
        "以上 3 项都需要",
        "以上全部 都 对",
        "**以上都是**",
        "上述都不对",
        "上述说法均错误",
        "以上无一正确",
        "以上没有正确答案",
        "不，以上都不是",
        "都对",
        "都不对",
        "都正确",
        "均不正确",
        "两者都不是",
        "全部正确",
        "皆非",
        "全选",
        "其他选项都不对",
        "没有正确答案",
        "无正确选项",
        "All of the above",
        "all of the above.",
        "All the above",
        "None of the above are correct",
        "<em>None</em>  of the above",
        "Both of the above",
        "Neither of the above",
        "Any of the above",
        "All of these",
        "None of these answers",
        "Both of these statements are true",
        "None of the other options",
        "None of the answers is correct",
        "No, none of the above",
        "All of them apply",
    ],
)
def test_it_stands_for_the_others(text: str) -> None:
    assert is_catch_all(text)


@pytest.mark.parametrize(
    "text",
    [
        "内存 4 GB 以上",
        "30 度以上都会报警",
        "两个以上同时出现",
        "以上海为例",
        "以上级的指示为准",
        "上述人员应撤离",
        "都江堰",
        "打开首、中、尾三行，都对",
        "全部重启",
        "全部重启后再检查",
        "均衡",
        "三次以上全部失败",
        "他们都对客户负责",
        "没有正确安装",
        "对",
        "None",
        "All stores",
        "All of these logs go to the vendor",
        "One of the above-mentioned shops",
        "Both drives are full",
        "None of the drives is full",
        "Any one of these means stop",
        "above all of it",
        "",
    ],
)
def test_it_stands_for_itself(text: str) -> None:
    assert not is_catch_all(text)
