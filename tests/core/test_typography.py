"""How texts are set, and what counts as long."""

import pytest

from lms.core.typography import length, remarks, sentences, too_long, uneven_figures


@pytest.mark.parametrize(
    ("text", "language", "code"),
    [
        ("用OMS下单", "zh", "zh-space"),
        ("先看`cache-1`的日志", "zh", "zh-space"),
        ("先看,再动", "zh", "zh-punctuation"),
        ("应用(两台)", "zh", "zh-bracket"),
        ('他说"好"', "zh", "zh-quotes"),
        ("他说「好」", "zh", "zh-quotes"),
        ("先看。 再动", "zh", "zh-blank"),
        ("先看。。再动", "zh", "zh-doubled"),
        ("Wait，please", "en", "en-punctuation"),
        ("He said “yes”", "en", "en-quotes"),
        ("About 40% of it", "en", "en-percent"),
        ("At 3 pm", "en", "en-clock"),
        ("Too  wide", "en", "en-blank"),
    ],
)
def test_each_slip_has_its_code(text: str, language: str, code: str) -> None:
    assert [each.code for each in remarks(text, language)] == [code]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("用 OMS 下单，先看 `cache-1` 的日志（只读）。", "zh"),
        ("“有人答。” “说得清。”", "zh"),
        ("编号是 req=____。", "zh"),
        ("见 https://kb.example/zh/。", "zh"),
        ('At 14:05 she said "40 %" of `a%b`.', "en"),
    ],
)
def test_what_is_set_well_is_left_alone(text: str, language: str) -> None:
    assert list(remarks(text, language)) == []


def test_a_length_is_what_word_processors_say() -> None:
    assert length("用 OMS 5.2.3 下单", "zh") == 5
    assert length("Sui'an's 42 shops", "en") == 3


def test_a_sentence_ends_at_a_colon_and_behind_bold() -> None:
    assert len(sentences("**One. Two.** Three: four.", "en")) == 4
    assert len(sentences("一。二？三", "zh")) == 3


def test_long_is_a_warning_and_longer_an_error() -> None:
    words = {26: False, 36: True}
    for count, is_error in words.items():
        (found,) = too_long("word " * count, "en")
        assert (found.code, found.is_error) == ("long-sentence", is_error)
    (found,) = too_long("字" * 41, "zh")
    assert (found.code, found.is_error) == ("long-piece", True)
    assert list(too_long("字" * 30, "zh")) == []


def test_tenths_count_as_per_cent_where_that_fits_better() -> None:
    assert uneven_figures("九成线是 20 小时", "the 90th percentile is 20 hours") == set()
    assert uneven_figures("约四成", "about four in ten") == set()
    assert uneven_figures("30 000 单", "300 orders") == {"30000", "300"}
