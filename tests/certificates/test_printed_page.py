"""The verification page and its JSON say everything that is printed, and no more than they may."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.certificates import look as looks, proof_views, sharing, templates
from lms.certificates.models import Certificate
from lms.certificates.privacy import Privacy
from lms.certificates.template_models import CertificateTemplate
from lms.core import clock
from lms.core.db import transaction
from lms.web.i18n import day
from tests import factories
from tests.certificates.template_tools import published, saved
from tests.statements import counted

PRINTED: dict[str, Any] = {
    "name": "Anna Bee",
    "latin_name": "Latin Bee",
    "title_zh": "合格证",
    "title_en": "A title",
    "programme_zh": "项目甲",
    "programme_en": "Programme A",
    "stage_zh": "阶段乙",
    "stage_en": "Stage B",
    "issuer_zh": "发证单位",
    "issuer_en": "The issuer",
    "hours": "16.5",
    "score": "92.25",
    "stages": [
        {"zh": "起步", "en": "Begun", "state": "done"},
        {"zh": "进行", "en": "Under way", "state": "now"},
        {"zh": "以后", "en": "Later", "state": ""},
    ],
    "transcript": [
        {"kind": "stage", "zh": "成绩阶段", "en": "Marked stage", "hours": "4.5", "score": "96.75"},
        {"kind": "module", "zh": "模块丙", "en": "Module C", "hours": "3.5", "score": ""},
        {"kind": "module", "zh": "模块丁", "en": "Module D", "hours": "", "score": ""},
    ],
}
SIGNED = (
    looks.Signature("李静怡", "培训总监", "Director of Training"),
    looks.Signature("Wang", "", ""),
)
SENTENCE = {"text_zh": "学完{{stage}}，合格。", "text_en": "finished {{stage}} with {{score}}."}
NOT_SHOWN = {"verify_url", "verify_url_short", "specimen"}
"""The address has the code in it, which only the paper carries; a specimen is said in words."""


@pytest.fixture(autouse=True)
def _fresh_limit() -> None:
    proof_views.verifications.forget()


@pytest.fixture
def certificate(trainee: Person) -> Certificate:
    """With a value in everything that a certificate can print."""
    row = factories.certificate(trainee, at=clock.now())
    with transaction():
        row.snapshot = {**row.snapshot, **PRINTED}
    return row


def values(printed: object) -> Iterator[str]:
    """Each text of a snapshot, at any depth."""
    if isinstance(printed, dict):
        for name, value in printed.items():
            if name not in {*NOT_SHOWN, "state", "kind"}:
                yield from values(value)
    elif isinstance(printed, list):
        for each in printed:
            yield from values(each)
    elif printed:
        yield str(printed)


def text_of(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", " ", page))


def whole(certificate: Certificate, end: str = "") -> str:
    return f"/v/{certificate.serial}{end}?t={certificate.token}"


def print_with(certificate: Certificate, template: CertificateTemplate, hr: Person) -> None:
    version = published(template, hr)
    with transaction():
        certificate.template_version_id = version.id


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_value_of_the_snapshot(
    client: FlaskClient, certificate: Certificate, language: str
) -> None:
    client.set_cookie("lang", language)
    page = client.get(whole(certificate)).text
    with client.application.test_request_context(headers={"Cookie": f"lang={language}"}):
        days = {day(certificate.valid_until), day(certificate.awarded_at)}
    said = text_of(page)
    dates = {certificate.snapshot["issued_on"], certificate.snapshot["valid_until"]}
    expected = {*values(certificate.snapshot)} - dates | days
    assert len(expected) > 20
    assert sorted(each for each in expected if each not in said) == []


def test_every_name_of_a_snapshot_is_known_here(certificate: Certificate) -> None:
    """A new value has to be thought of here, and on the page."""
    known = {*PRINTED, *NOT_SHOWN, "serial", "issued_on", "valid_until"}
    assert set(certificate.snapshot) == known


def test_the_steps_of_the_path_and_the_rows_of_the_transcript_in_order(
    client: FlaskClient, certificate: Certificate
) -> None:
    page = client.get(whole(certificate)).text
    steps = re.findall(r'<li data-state="(\w*)">(.*?)</li>', page, re.DOTALL)
    assert [state for state, _step in steps] == ["done", "now", ""]
    words = ("completed", "what this certificate is for", "not reached with it")
    for (_state, step), title, word in zip(steps, ("起步", "进行", "以后"), words, strict=True):
        assert title in step
        assert word in step
    rows = re.findall(r'<tr data-kind="(\w+)">(.*?)</tr>', page, re.DOTALL)
    said = [(kind, text_of(row).split()) for kind, row in rows]
    assert [(kind, words[-2:]) for kind, words in said] == [
        ("stage", ["96.75", "%"]),
        ("module", ["模块丙", "3.5"]),
        ("module", ["模块丁", "–"]),
    ]


def test_without_a_transcript_there_is_none(client: FlaskClient, certificate: Certificate) -> None:
    for missing in (dict[str, list[str]](transcript=[], stages=[]), None):
        with transaction():
            printed = {**certificate.snapshot, **(missing or {})}
            if missing is None:
                del printed["transcript"]  # the oldest have no such entry
            certificate.snapshot = printed
        page = client.get(whole(certificate))
        assert page.status_code == 200
        assert "Transcript" not in page.text
        assert client.get(whole(certificate, ".json")).status_code == 200


class TestTheWordsOfTheTemplate:
    def test_signatories_and_the_sentence(
        self,
        client: FlaskClient,
        certificate: Certificate,
        template: CertificateTemplate,
        hr: Person,
    ) -> None:
        saved(template, hr, signatures=SIGNED, **SENTENCE)
        print_with(certificate, template, hr)
        address = whole(certificate)
        with counted() as statements:
            page = text_of(client.get(address).text)
        assert len(statements) <= 3
        wanted = ["李静怡", "培训总监 · Director of Training", "Wang"]
        wanted += ["学完阶段乙，合格。", "finished Stage B with 92.25."]
        assert [each for each in wanted if each not in page] == []
        said = client.get(whole(certificate, ".json")).get_json()
        assert said["signatories"] == [
            {"name": "李静怡", "role_zh": "培训总监", "role_en": "Director of Training"},
            {"name": "Wang", "role_zh": "", "role_en": ""},
        ]
        assert said["sentence"] == {
            "zh": "学完阶段乙，合格。",
            "en": "finished Stage B with 92.25.",
        }
        assert said["printed"]["stages"] == PRINTED["stages"]
        assert said["printed"]["transcript"] == PRINTED["transcript"]

    def test_they_are_those_of_the_version_that_it_was_printed_with(
        self,
        client: FlaskClient,
        certificate: Certificate,
        template: CertificateTemplate,
        hr: Person,
    ) -> None:
        saved(template, hr, signatures=SIGNED)
        print_with(certificate, template, hr)
        templates.renew(template.id, actor=hr)
        saved(template, hr, signatures=(looks.Signature("Somebody Else"),))
        published(template, hr)
        page = client.get(whole(certificate)).text
        assert "李静怡" in page
        assert "Somebody Else" not in page

    def test_without_any_that_is_said(self, client: FlaskClient, certificate: Certificate) -> None:
        assert "none; the issuer stands in their place" in client.get(whole(certificate)).text
        said = client.get(whole(certificate, ".json")).get_json()
        assert said["signatories"] == []
        assert said["sentence"]["en"].endswith("of Programme A and passed its assessment.")

    def test_only_the_language_that_is_printed(
        self,
        client: FlaskClient,
        certificate: Certificate,
        template: CertificateTemplate,
        hr: Person,
    ) -> None:
        saved(template, hr, languages="zh", **SENTENCE)
        print_with(certificate, template, hr)
        assert "finished Stage B" not in client.get(whole(certificate)).text
        said = client.get(whole(certificate, ".json")).get_json()
        assert list(said["sentence"]) == ["zh"]

    def test_html_of_one_s_own_has_words_that_nobody_here_knows(
        self, client: FlaskClient, certificate: Certificate, hr: Person
    ) -> None:
        source = looks.Source("<h1>Anything</h1>", "")
        template = templates.start("blank", "Own", markup=source, actor=hr)
        print_with(certificate, template, hr)
        page = client.get(whole(certificate)).text
        assert "a layout of its own" in page
        assert "the issuer stands in their place" not in page
        said = client.get(whole(certificate, ".json")).get_json()
        assert (said["signatories"], said["sentence"]) == (None, None)


class TestLessIsSaid:
    SECRET = (*values(PRINTED["transcript"]), "Programme A", "Under way", "the issuer stands")

    def test_without_the_code(self, client: FlaskClient, certificate: Certificate) -> None:
        for end in ("", ".json"):
            page = client.get(f"/v/{certificate.serial}{end}").text
            assert [each for each in self.SECRET if each in page] == []

    def test_of_a_private_one_with_it_too(
        self, client: FlaskClient, certificate: Certificate
    ) -> None:
        sharing.set_privacy(certificate.id, Privacy.PRIVATE, actor=certificate.person)
        for end in ("", ".json"):
            page = client.get(whole(certificate, end)).text
            assert [each for each in self.SECRET if each in page] == []


class TestTheLastValidDay:
    """It belongs to the state, which whoever has the number sees; a private one says less."""

    @pytest.fixture
    def last(self, client: FlaskClient, certificate: Certificate) -> str:
        with client.application.test_request_context():
            return day(certificate.valid_until)

    def test_with_the_number_alone(
        self, client: FlaskClient, certificate: Certificate, last: str
    ) -> None:
        assert certificate.valid_until is not None
        assert last in client.get(f"/v/{certificate.serial}").text
        said = client.get(f"/v/{certificate.serial}.json").get_json()
        assert said["valid_until"] == certificate.valid_until.isoformat()

    @pytest.mark.parametrize("is_over", [False, True])
    def test_of_a_private_one(
        self, client: FlaskClient, certificate: Certificate, *, is_over: bool
    ) -> None:
        sharing.set_privacy(certificate.id, Privacy.PRIVATE, actor=certificate.person)
        if is_over:
            with transaction():
                certificate.valid_until = factories.NOON.date()
        with client.application.test_request_context():
            last = day(certificate.valid_until)
        for address in (f"/v/{certificate.serial}", whole(certificate)):
            page = client.get(address).text
            assert last not in page
            assert ("it has expired" if is_over else "valid today") in page
        said = client.get(whole(certificate, ".json")).get_json()
        assert "valid_until" not in said
        assert said["state"] == ("expired" if is_over else "valid")
