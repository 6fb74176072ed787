"""What an option of a question says of the others; pure."""

import re

_CHINESE = re.compile(
    r"""
    (?:^|[,.;:、("'“「])\s*            # at the beginning, or of a part of the sentence
    (?:以上|上述|前述)
    (?:所有|全部|[各几两一二三四五六]|\d)?[个种项条点]?的?
    (?:选项|答案|说法|做法|情况|内容|描述|表述|观点|方法|措施)?
    (?:都|皆|全|均|无一|没有|两者|所有|选项)
    |
    ^(?:两者|二者|三者|其他选项|其它选项|其余选项|各项)?
    (?:
        (?:全?都|皆|均|全部?)(?:不|非|没|未)?(?:是|对|正确|错误?|可以?|行|需要|包括|符合|成立|属于)
        | 皆非 | 都不 | 全选 | [没无]有?正确(?:的)?(?:答案|选项)
    )
    [.!]?$
    """,
    re.VERBOSE,
)
_ENGLISH = re.compile(
    r"""
    (?:^|[,.;:("'“])\s*
    (?:all|none|both|neither|any|each|every\ one)\ (?:of\ )?
    (?:
        (?:the\ |these\ )?(?:above|foregoing|preceding|other\ (?:options|answers|choices))\b
        |
        (?:these|those|them|(?:the\ )?(?:options|answers|choices|statements))
        (?:\ (?:options|answers|choices|statements))?
        (?:\ (?:is|are|apply|applies)(?:\ (?:not\ )?(?:correct|right|true|wrong|false|incorrect))?)?
        [.!]?$
    )
    """,
    re.VERBOSE,
)
_WIDE = str.maketrans("，。；：！（", ",.;:!(")
_BESIDE_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff]) | (?=[\u4e00-\u9fff])")
_MARKUP = re.compile(r"[*_`]+|<[^>]*>")


def is_catch_all(text: str) -> bool:
    """Whether an option stands for all of the others, or for none: "all of the above", 以上都不对.

    Args:
        text: in Chinese or English; plain or Markdown.
    """
    plain = " ".join(_MARKUP.sub("", text).translate(_WIDE).casefold().split())
    return bool(_CHINESE.search(_BESIDE_CHINESE.sub("", plain)) or _ENGLISH.search(plain))
