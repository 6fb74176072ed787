import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings, strategies as st

from lms.certificates import design, waves

SVG = "{http://www.w3.org/2000/svg}"


def drawn(picture: bytes) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314  we made it ourselves


def seal_texts(organisation: str) -> list[ET.Element]:
    return list(drawn(design.seal(organisation)).iter(f"{SVG}text"))


@pytest.mark.parametrize(
    "picture", [design.logo(), design.background(), waves.background(), design.qr("https://a.test")]
)
def test_artwork_is_well_formed_svg(picture: bytes) -> None:
    assert drawn(picture).tag == f"{SVG}svg"


def test_the_border_is_made_of_curves_not_of_polylines() -> None:
    paths = [path.attrib["d"] for path in drawn(design.background()).iter(f"{SVG}path")]
    assert paths
    assert all(path.startswith("M") and path.endswith("Z") and "L" not in path for path in paths)


def test_the_curves_of_the_border_stay_between_its_golden_edges() -> None:
    paths = [path.attrib for path in drawn(design.background()).iter(f"{SVG}path")]
    border = [path["d"] for path in paths if path["opacity"] != "0.13"]
    assert len(border) == 14
    for path in border:
        numbers = [float(each) for each in re.findall(r"\d+\.\d+", path)]
        for x, y in zip(numbers[::2], numbers[1::2], strict=True):
            inset = min(x, design.WIDTH - x, y, design.HEIGHT - y)
            assert 5.9 < inset < 17  # in a corner, the edges lie on arcs


def test_the_seal_shows_the_organisation_and_the_word_below() -> None:
    texts = [text.text for text in seal_texts("远山培训中心")]
    assert texts == [*"远山培训中心", "专用章"]


@settings(max_examples=50)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=60))
def test_a_seal_of_any_text_is_well_formed_and_leaves_room_for_the_word(name: str) -> None:
    for text in seal_texts(name)[:-1]:
        angle = float(text.attrib["transform"].removeprefix("rotate(").rstrip(")"))
        assert abs(angle) <= design.SEAL_SPREAD / 2 + 0.01
