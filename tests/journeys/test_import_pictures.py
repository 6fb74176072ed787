"""A trainer brings questions with pictures: sees them before deciding, and afterwards in the bank."""

from pathlib import Path

from tests.exams.exchange.illustrated import BLUE, RED, drawn, embedded, moodle, moodle_single
from tests.journeys.test_bank import look
from tests.journeys.walker import DESK, PHONE, Walker

WIDE = drawn("navy", side=1600)
STEM = (
    '<p>指示灯是什么颜色？</p><p><img src="@@PLUGINFILE@@/wide.png" alt="服务器正面的指示灯"></p>'
)
RIGHT = (
    f'<text><![CDATA[<img src="@@PLUGINFILE@@/b.png" alt="蓝色">]]></text>{embedded("b.png", BLUE)}'
)


def test_pictures_from_a_file(
    walker: Walker, administrator: str, tmp_path: Path, shots: Path | None
) -> None:
    file = tmp_path / "lamps.xml"
    silent = moodle_single(
        '<p>Which one is red?</p><img src="@@PLUGINFILE@@/r.png"><img src="http://e.org/x.png" alt="x">',
        embedded("r.png", RED), title="red",
    )  # fmt: skip
    file.write_bytes(moodle(moodle_single(STEM, embedded("wide.png", WIDE), right=RIGHT), silent))
    walker.sign_in(administrator)
    walker.speak("zh")
    walker.resize(DESK)
    walker.open("/studio/questions/import")
    walker.one("#file").send_keys(str(file))
    walker.click("form[enctype] .btn.pri")
    walker.until(lambda: bool(walker.all("a[href*='/studio/questions/import/']")), "the check")
    address = walker.one("a[href*='/studio/questions/import/']").get_attribute("href")
    path = f"/studio{str(address).rpartition('/studio')[2]}"
    for language, size in (("zh", DESK), ("en", PHONE)):
        walker.resize(size)
        walker.speak(language)
        walker.open(path)
        walker.script("for (const each of document.querySelectorAll('.brought')) each.open = true;")
        walker.until(lambda: drawn_on(walker, ".brought img") == 3, "the pictures of the check")
        look(walker, f"import-pictures-{language}", shots, size)
    walker.click("[value='in']")
    walker.until(lambda: bool(walker.all(f"a[href='{path}']")), "bringing in")
    walker.open(path)
    walker.click("a[href*='bank=lamps']")
    walker.arrive("bank=lamps")
    walker.click(".tbl tbody th a")
    walker.until(lambda: drawn_on(walker, "main img") >= 1, "the pictures in the bank")
    look(walker, "import-pictures-bank", shots, PHONE)


def drawn_on(walker: Walker, css: str) -> int:
    """Return how many pictures the browser has drawn, each once."""
    said = walker.script(
        "return new Set([...document.querySelectorAll(arguments[0])]"
        ".filter(each => each.complete && each.naturalWidth).map(each => each.src)).size",
        css,
    )
    return int(said)
