"""One trainee's way through it, from the invitation to the programme's certificate."""

import json
import re
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path

import pikepdf
import pytest
from selenium.webdriver.common.keys import Keys

from tests.certificates import official, pdf_checks
from tests.journeys.conftest import new_walker
from tests.journeys.keyboard import by_keyboard
from tests.journeys.marking import mark_what_waits
from tests.journeys.site import Site
from tests.journeys.walker import Walker

WORDS = {
    "zh": {"locked": "未解锁", "passed": "已通过", "valid": "有效", "failed": "这次没有通过"},
    "en": {"locked": "Locked", "passed": "Passed", "valid": "Valid", "failed": "Not passed"},
}


def invite(walker: Walker, administrator: str, login: str, name: str, language: str) -> str:
    """Let the administrator add a trainee to the programme; return the invitation's link."""
    walker.sign_in(administrator)
    walker.speak(language)
    walker.open("/admin/people/new")
    walker.type("#name", name)
    walker.type("#login", login)
    walker.script("document.querySelector('#latin_name').value = 'Zhang Siyuan'")
    for box in walker.all("input[name='roles'][value='trainee']"):
        if not box.is_selected():
            walker.click("input[name='roles'][value='trainee']")
    walker.script(
        "const s = document.querySelector('select[name=programme_id]');"
        "s.value = [...s.options].map(o => o.value).find(v => v && v !== '0');"
    )
    walker.click("main form .btn.pri")
    walker.until(lambda: not walker.browser.current_url.endswith("/new"), "adding a person")
    return walker.site.invitation_of(login)


def sit(walker: Walker, answers: dict[int, list[str]] | None = None) -> int:
    """Sit the exam that is open; with the right answers, unless others are given."""
    attempt = walker.start_exam()
    walker.answer_all(walker.site.right_answers(attempt) if answers is None else answers)
    walker.hand_in()
    return attempt


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_whole_way(
    site: Site, administrator: str, language: str, shots: Path | None, tmp_path: Path
) -> None:
    words, login = WORDS[language], f"way-{language}@example.com"
    with new_walker(site) as desk:
        link = invite(desk, administrator, login, "张思远", language)
    with new_walker(site) as walker:
        walker.speak(language)
        walker.open(link)
        walker.choose_password()
        walker.arrive("/home")
        assert walker.text.count(words["locked"]) >= 3
        for stage in (1, 2, 3, 4):
            assert walker.read_stage() >= 1
            sit(walker)
            if stage == 3:  # it has two letters, which a person marks
                assert mark_what_waits(site, administrator) == 2
                walker.browser.refresh()
            assert words["passed"] in walker.one(".verdict h1").text, stage
        assert len(walker.all(".verdict a[href$='/certificates']")) == 1
        check_certificates(walker, words["valid"], shots)
        check_record(walker)
        walker.open("/home")
        assert len(walker.all(".hero a[href$='/certificates']")) == 1
        if shots:
            walker.shoot(shots / f"home-done-{language}.png")
        check_paper(walker, tmp_path)  # last: it asks for programs that a host may lack


def check_certificates(walker: Walker, valid: str, shots: Path | None) -> None:
    """See five certificates, read the programme's PDF, and verify it as a stranger."""
    walker.open("/certificates")
    assert len(walker.all(".cert")) == 5
    began = time.monotonic()
    while walker.all(".cert a[href$='.pdf'] use[href$='hourglass']"):
        assert time.monotonic() - began < 60, "the PDFs are not made"
        time.sleep(1)
        walker.open("/certificates")
    href = str(walker.all(".cert a[href$='.pdf']")[0].get_attribute("href"))
    content = download(walker, href)
    assert content.startswith(b"%PDF-")
    if shots:
        (shots / "certificate.pdf").write_bytes(content)
    verification = str(walker.all(".cert a[href*='/v/']")[0].get_attribute("href"))
    with urllib.request.urlopen(verification) as reply:  # noqa: S310
        page = reply.read().decode()
    assert "张思远" in page
    with urllib.request.urlopen(verification.partition("?")[0]) as reply:  # noqa: S310
        masked = reply.read().decode()
    assert "张思远" not in masked
    assert "张**" in masked
    walker.open(verification)
    assert valid in walker.text


def check_paper(walker: Walker, folder: Path) -> None:
    """Take apart what was earned, with other people's programs."""
    walker.open("/certificates")
    addresses = [
        str(walker.all(f".cert a[href{end}]")[0].get_attribute("href"))
        for end in ("$='.pdf'", "$='/credential.json'", "*='/v/'")
    ]
    file, credential = folder / "certificate.pdf", download(walker, addresses[1])
    file.write_bytes(download(walker, addresses[0]))
    with urllib.request.urlopen(addresses[2].replace("?", ".json?")) as reply:  # noqa: S310
        told = json.loads(reply.read())
    for check in pdf_checks.FILE:
        check(file)
    with pikepdf.open(file) as opened:
        for look in pdf_checks.STRUCTURE:
            look(opened)
    pdf_checks.credential_is_attached(file, credential, folder)
    pdf_checks.phone_reads(file, addresses[2], folder)
    pdf_checks.text_is_in_order(file, (told["serial"], "张思远", "Zhang Siyuan"))
    document = json.loads(credential)
    assert official.complaints(document) == []
    address = document["credentialStatus"]["statusListCredential"]
    walker.until(lambda: bool(published(address)), "signing the status list")
    owner = document["issuer"]["id"]
    assert official.is_accepted_elsewhere(document, owner, published(address))


def published(address: str) -> bytes:
    """Fetch a status list; nothing while it is being signed."""
    try:
        with urllib.request.urlopen(address) as reply:  # noqa: S310
            return bytes(reply.read())
    except urllib.error.HTTPError as error:
        error.close()
        if error.code != HTTPStatus.SERVICE_UNAVAILABLE:
            raise
        return b""


def check_record(walker: Walker) -> None:
    """See everything on the record, and get it as PDF."""
    walker.open("/record")
    assert len(re.findall(r"LTP?\d?-\d{4}-\d{6}-\w", walker.text)) >= 5
    walker.click("form[action*='/record'] .btn.pri")
    began = time.monotonic()
    while not walker.all("#work .tag.ok"):
        assert time.monotonic() - began < 60, "the PDF is not made"
        time.sleep(0.5)
    href = str(walker.one("#work a.btn.pri").get_attribute("href"))
    assert download(walker, href).startswith(b"%PDF-")


def download(walker: Walker, address: str) -> bytes:
    """Fetch a file as this browser would."""
    cookies = "; ".join(f"{each['name']}={each['value']}" for each in walker.browser.get_cookies())
    request = urllib.request.Request(address, headers={"Cookie": cookies})  # noqa: S310
    with urllib.request.urlopen(request) as reply:  # noqa: S310
        return bytes(reply.read())


@pytest.fixture
def ready(walker: Walker, administrator: str, request: pytest.FixtureRequest) -> Walker:
    """A trainee who has read the first stage and may sit its exam."""
    login = re.sub(r"\W+", "-", request.node.name.lower()) + "@example.com"
    link = invite(walker, administrator, login, "Li Wei", "en")
    walker.browser.delete_all_cookies()
    walker.speak("en")
    walker.open(link)
    walker.choose_password()
    walker.arrive("/home")
    walker.read_stage()
    return walker


def test_the_exam_goes_on_while_the_network_is_away(ready: Walker) -> None:
    attempt = ready.start_exam()
    answers = ready.site.right_answers(attempt)
    half = len(answers) // 2
    ready.answer_all({slot: answers[slot] for slot in range(1, half + 1)})
    ready.cut_the_line(cut=True)
    for slot in range(half + 1, len(answers) + 1):
        ready.click("[data-go='1']")
        ready.answer(slot, answers[slot])
    ready.until(lambda: ready.one("#offline").is_displayed(), "saying that it is offline")
    assert ready.one(".saved").get_attribute("data-state") == "off"
    stored = ready.site.rows("SELECT count(*) FROM response WHERE attempt_id = ?", attempt)
    assert stored == [(half,)]
    ready.cut_the_line(cut=False)
    ready.script("dispatchEvent(new Event('online'))")
    ready.until(ready.is_all_saved, "sending what waited")
    assert not ready.one("#offline").is_displayed()
    ready.hand_in()
    assert "100.00 %" in ready.text


def test_a_page_whose_time_is_up_asks_whether_more_was_granted(ready: Walker) -> None:
    attempt = ready.start_exam()
    ready.script(  # the answer may come so soon that looking now and then would miss the zero
        "window.shown = []; const clock = document.querySelector('.timer b');"
        "new MutationObserver(() => window.shown.push(clock.textContent))"
        ".observe(clock, {childList: true, characterData: true, subtree: true})"
    )
    ready.script(  # as if the minutes on the page were over, while the server has more
        "const now = performance.now.bind(performance); performance.now = () => now() + 7200000"
    )
    ready.until(
        lambda: bool(ready.script("return window.shown.some(each => each.startsWith('0:00'))")),
        "the page's time to end",
    )
    ready.until(lambda: not ready.one(".timer b").text.startswith("0:00"), "hearing of more time")
    assert ready.browser.current_url.split("#")[0].endswith(f"/attempts/{attempt}")
    assert ready.site.rows("SELECT submitted_at FROM attempt WHERE id = ?", attempt) == [(None,)]
    ready.answer_all(ready.site.right_answers(attempt))
    ready.hand_in()
    assert "100.00 %" in ready.text


def test_answers_survive_closing_the_page_without_a_network(ready: Walker) -> None:
    attempt = ready.start_exam()
    answers = ready.site.right_answers(attempt)
    ready.cut_the_line(cut=True)
    ready.answer(1, answers[1])
    ready.until(lambda: ready.one("#offline").is_displayed(), "saying that it is offline")
    ready.script("removeEventListener('beforeunload', () => {}); window.onbeforeunload = null")
    ready.cut_the_line(cut=False)
    ready.browser.execute_cdp_cmd("Page.setBypassCSP", {"enabled": False})
    ready.open(f"/attempts/{attempt}")
    ready.until(ready.is_all_saved, "sending what the closed page had kept")
    assert ready.site.rows("SELECT slot FROM response WHERE attempt_id = ?", attempt) == [(1,)]


def test_the_exam_by_keyboard_alone(ready: Walker) -> None:
    ready.open("/home")
    ready.tab_to(".hero a")
    ready.press(Keys.ENTER)
    ready.arrive("/exams/")
    ready.tab_to("form[action*='/attempts'] button")
    ready.press(Keys.ENTER)
    ready.arrive("/attempts/")
    attempt = int(ready.browser.current_url.split("/attempts/")[1].split("#")[0])
    answers = ready.site.right_answers(attempt)
    for slot, answer in answers.items():
        by_keyboard(ready, slot, answer)
        if slot < len(answers):
            ready.tab_to("[data-go='1']")
            ready.press(Keys.ENTER)
            ready.until(lambda slot=slot: bool(ready.all(f"#q{slot + 1}[data-now]")), "next")  # type: ignore[misc]
    ready.until(ready.is_all_saved, "everything saved")
    ready.tab_to("#finish")
    ready.press(Keys.ENTER)
    ready.tab_to("[data-hand-in]")
    ready.press(Keys.ENTER)
    ready.arrive("/result")
    assert "100.00 %" in ready.text


def test_a_second_device_takes_over_and_the_first_one_says_so(ready: Walker, site: Site) -> None:
    attempt = ready.start_exam()
    ready.answer(1, ready.site.right_answers(attempt)[1])
    ready.until(ready.is_all_saved, "saving")
    login = site.rows(
        "SELECT login FROM person JOIN attempt ON person_id = person.id WHERE attempt.id = ?",
        attempt,
    )[0][0]
    with new_walker(site) as other:
        other.speak("en")
        other.sign_in(login)
        other.open(f"/attempts/{attempt}")
        other.click("form[action$='/take-over'] .btn.pri")
        other.until(lambda: bool(other.all(".q-card")), "the paper")
    ready.click("[data-go='1']")
    ready.answer(2, ready.site.right_answers(attempt)[2])
    ready.until(lambda: ready.one("#refused").is_displayed(), "saying that it was taken over")
    assert "taken over" in ready.one("#refused").text
    assert not ready.one("#offline").is_displayed()


def test_the_exam_without_javascript(ready: Walker) -> None:
    ready.browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    attempt = ready.start_exam()
    for slot, answer in ready.site.right_answers(attempt).items():
        ready.answer(slot, answer)
    ready.one("button[name=save]").click()
    ready.until(lambda: bool(ready.all(".toast")), "saving")
    count = "SELECT count(*) FROM response WHERE attempt_id = ? AND answer != '[]'"
    assert ready.site.rows(count, attempt)[0][0] == len(ready.site.right_answers(attempt))
    ready.one("#finish").click()
    ready.arrive("/hand-in")
    ready.one("form[action$='/hand-in'] .btn.pri").click()
    ready.arrive("/result")
    assert "100.00 %" in ready.text
