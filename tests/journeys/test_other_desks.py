"""HR's, the trainer's and the manager's way, on the demo organisation, in both languages."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.journeys.conftest import new_walker
from tests.journeys.site import Site, running
from tests.journeys.test_pages import VARIANTS
from tests.journeys.test_trainee_way import download
from tests.journeys.walker import Walker

Enter = Callable[[str, str], AbstractContextManager[Walker]]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with the demo organisation, as `make run` leaves it on an empty machine."""
    with running(tmp_path_factory.mktemp("demo"), demo=True) as site:
        yield site


@pytest.fixture
def enter(demo: Site) -> Enter:
    """Come in as one of the demo's people, in a language."""

    @contextmanager
    def come_in(login: str, language: str) -> Iterator[Walker]:
        with new_walker(demo) as walker:
            walker.speak(language)
            walker.sign_in(login, demo.password_of(login))
            walker.speak(language)
            yield walker

    return come_in


def wait_for_work(walker: Walker) -> None:
    """Stay on the page of long work until it is done; its bar goes on by itself."""
    walker.arrive("/work/")
    walker.until(lambda: not walker.all("#work progress"), "the work", patience=90)
    assert not walker.all("#work .tag.bad"), walker.text


def fetch_file(walker: Walker) -> bytes:
    """Download what long work has made."""
    return download(walker, str(walker.one("#work a.btn.pri").get_attribute("href")))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_hr_imports_people_and_brings_in_the_right_rows(
    enter: Enter, demo: Site, tmp_path: Path, language: str
) -> None:
    file = tmp_path / "people.csv"
    lines = [
        "工号,姓名,邮箱,单位",
        f"N-{language}-1,新来的,new-{language}@example.com,DEMO-L1",
        f"N-{language}-2,走错的,wrong-{language}@example.com,NOWHERE",
    ]
    file.write_text("\n".join(lines), "gb18030")
    with enter("demo-hr", language) as walker:
        walker.open("/admin/people/import")
        walker.one("input[type=file]").send_keys(str(file))
        walker.click("form[enctype] .btn.pri")
        walker.until(lambda: "/import/" in walker.browser.current_url or bool(
            walker.all("#work a.btn.pri")), "checking", patience=60)  # fmt: skip
        if walker.all("#work a.btn.pri"):
            walker.click("#work a.btn.pri")
        walker.until(lambda: "NOWHERE" in walker.text, "the verdicts")
        count = "SELECT count(*) FROM person WHERE staff_no LIKE ?"
        assert demo.rows(count, f"N-{language}-%") == [(0,)]
        walker.click("form[action$='/apply'] .btn")
        walker.until(
            lambda: demo.rows(count, f"N-{language}-%") == [(1,)], "bringing in", patience=60
        )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_hr_finds_who_is_late_opens_a_record_and_takes_the_list_home(
    enter: Enter, language: str
) -> None:
    with enter("demo-hr", language) as walker:
        walker.open("/records?view=overdue")
        late = walker.all("table tbody tr")
        assert late
        walker.open("/records")
        assert len(walker.all("table tbody tr")) == 50
        walker.click("details.menu-d.no-print > summary")
        walker.click("button[name=format][value=xlsx]")
        wait_for_work(walker)
        assert fetch_file(walker).startswith(b"PK\x03\x04")
        walker.open("/records?view=overdue")
        walker.click("table tbody tr th a")
        walker.arrive("/record")
        assert walker.all(".verdict, .tiles, .timeline, main ol, main ul")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_hr_makes_a_report_and_exports_it(enter: Enter, language: str) -> None:
    with enter("demo-hr", language) as walker:
        walker.open("/reports")
        walker.click("form .btn.pri")
        wait_for_work(walker)
        walker.click("#work a.btn.pri")
        walker.arrive("/reports/")
        report = walker.browser.current_url
        assert walker.all("main svg[role=img]")
        assert walker.all("main details.data table")
        for form, head in (("xlsx", b"PK\x03\x04"), ("csv", b"\xef\xbb\xbf"), ("pdf", b"%PDF-")):
            walker.open(report)
            walker.click(f"button[name=form][value={form}]")
            wait_for_work(walker)
            assert fetch_file(walker).startswith(head), form


def test_the_manager_sees_the_own_team_and_nobody_else(enter: Enter, demo: Site) -> None:
    with enter("demo-manager", "en") as walker:
        walker.open("/team")
        assert walker.all("main .tile")
        other = demo.rows(
            "SELECT person.id FROM person JOIN org_unit ON org_unit.id = unit_id"
            " WHERE code = 'DEMO-CS' LIMIT 1"
        )[0][0]
        walker.open(f"/people/{other}/record")
        assert "404" in walker.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_trainer_changes_a_lesson_adds_a_file_and_the_trainee_finds_both(
    enter: Enter, tmp_path: Path, language: str
) -> None:
    sentence = f"改过的一句 {language}."
    with enter("demo-trainee", language) as walker:  # what was read stays as it was read
        code = str(walker.one(".hero a").get_attribute("href")).rpartition("/")[2]
    with enter("demo-trainer", language) as walker:
        walker.open(f"/studio/lessons/{code}")
        for each in ("zh", "en"):
            walker.script(
                "const t = document.querySelector(`textarea[name=${arguments[0]}]`);"
                "t.value = arguments[1] + '\\n\\n' + t.value",
                each,
                sentence if each == "zh" else f"A changed sentence, {language}.",
            )
        walker.script("document.querySelector('[name=note]').value = 'one sentence more'")
        walker.submit("form.editor .row .btn.pri")
        assert not walker.all(".errors"), walker.text
        picture = tmp_path / f"card-{language}.pdf"
        picture.write_bytes(PDF)
        walker.open(f"/studio/lessons/{code}/materials")
        walker.one("input[type=file]").send_keys(str(picture))
        walker.script(
            "for (const n of ['title_zh','title_en','note'])"
            " document.querySelector(`[name=${n}]`).value = arguments[0]",
            f"Card {language}",
        )
        walker.click("form[data-upload] .btn.pri")
        walker.until(
            lambda: f"Card {language}" in walker.text and not walker.all("#work progress"),
            "uploading",
            patience=60,
        )
        walker.open("/studio/exams/stage-1")
        assert walker.all("main details.data table")
    with enter("demo-trainee", language) as walker:
        walker.open(f"/lessons/{code}")
        assert (sentence if language == "zh" else f"A changed sentence, {language}.") in walker.text
        link = walker.one("a[href*='/materials/']")
        assert download(walker, str(link.get_attribute("href"))).startswith(b"%PDF-")


PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


PAGES = {
    "demo-hr": ["/records", "/records?view=overdue", "/admin/people", "/admin/people/import",
                "/admin/assign", "/reports", "/downloads", "/certificates/expiring?within=90",
                "/certificates/kinds", "/certificates/kinds/after-sales", "/certificates/kinds/new"],
    "demo-trainer": ["/studio", "/studio/lessons/S1-C-4", "/studio/lessons/S1-C-4/materials",
                     "/studio/exams", "/studio/exams/stage-1", "/studio/questions",
                     "/studio/questions/S1-C-q01", "/studio/questions/import",
                     "/studio/questions/export?bank=S1-C"],
    "demo-manager": ["/team", "/records"],
}  # fmt: skip


@pytest.mark.parametrize("login", PAGES)
@pytest.mark.parametrize(("language", "theme", "size"), VARIANTS)
def test_the_page_is_for_everyone(
    enter: Enter, login: str, language: str, theme: str, size: tuple[int, int], shots: Path | None
) -> None:
    with enter(login, language) as walker:
        walker.theme(theme)
        for path in PAGES[login]:
            walker.resize(size)
            walker.complaints()
            walker.open(path)
            assert walker.axe() == [], path
            assert walker.overflow() == 0, path
            assert walker.complaints() == [], path
            if shots:
                name = path.strip("/").replace("/", "-").replace("?", "-").replace("=", "-")
                walker.shoot(shots / f"{login[5:]}-{name}-{language}-{theme}-{size[0]}.png")


@pytest.mark.parametrize(("language", "theme", "size"), VARIANTS)
def test_a_report_and_a_person_are_for_everyone(
    enter: Enter, demo: Site, language: str, theme: str, size: tuple[int, int], shots: Path | None
) -> None:
    person = demo.rows("SELECT id FROM person WHERE login = 'demo-trainee'")[0][0]
    with enter("demo-hr", language) as walker:
        if not demo.rows("SELECT id FROM report_run"):
            walker.open("/reports")
            walker.click("form .btn.pri")
            wait_for_work(walker)
        report = demo.rows("SELECT id FROM report_run LIMIT 1")[0][0]
        walker.theme(theme)
        for name, path in (
            ("report", f"/reports/{report}"),
            ("person", f"/people/{person}/record"),
        ):
            walker.resize(size)
            walker.open(path)
            assert walker.axe() == [], path
            assert walker.overflow() == 0, path
            if shots:
                walker.shoot(shots / f"{name}-{language}-{theme}-{size[0]}.png")
