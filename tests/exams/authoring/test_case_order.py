"""Questions of a case: taken out, put back, moved; in drafts until the case is published."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.exams.authoring.checking import Asked
from lms.exams.drawable import bank
from lms.exams.models import Pool
from lms.exams.rules.kinds import Kind
from tests.browser import sign_in
from tests.exams.authoring.written import NEW, audited, form_of, row_of, versions

MATERIAL = {"case-stem-zh": "材料", "case-stem-en": "Material"}


@pytest.fixture
def case(client: FlaskClient) -> list[str]:
    """Three questions of a case in the exam pool, published."""
    client.set_cookie("lang", "en")
    sent = form_of(Kind.SINGLE) | MATERIAL | {"pool": "exam"}
    codes = [str(client.post(f"{NEW}/single?first=1", data=sent).location).rpartition("/")[2]]
    for kind in (Kind.NUMERIC, Kind.TRUEFALSE):
        reply = client.post(f"{NEW}/{kind}?case={codes[0]}", data=form_of(kind) | MATERIAL)
        codes.append(str(reply.location).rpartition("/")[2])
    publish(client, codes[0])
    return codes


def publish(client: FlaskClient, code: str, status: int = 302) -> None:
    assert client.post(f"/studio/questions/{code}/publish").status_code == status


def act(client: FlaskClient, code: str, said: str, status: int = 302) -> None:
    reply = client.post(f"/studio/questions/{code}/part", data={"act": said})
    assert reply.status_code == status


def drawn() -> list[str]:
    """The questions of the case in the order of a paper; none while it is not whole."""
    return [part.code for each in bank() for part in each.parts]


def shown(client: FlaskClient, code: str) -> list[str]:
    page = client.get(f"/studio/questions/{code}").text.partition('id="parts"')[2]
    listed = page.partition("</ol>")[0]
    whole = code.rpartition("-")[0]
    found = {listed.find(f"{whole}-{n}<"): f"{whole}-{n}" for n in range(1, 5)}
    return [found[at] for at in sorted(found) if at >= 0]


class TestOrder:
    def test_is_a_draft_until_it_is_published(
        self, client: FlaskClient, session: Session, case: list[str]
    ) -> None:
        one, two, three = case
        before = [Asked.of(versions(session, each)[0]).digest for each in case]
        act(client, three, "up")
        assert drawn() == [one, two, three]
        assert shown(client, one) == [one, three, two]
        act(client, one, "down")
        assert shown(client, one) == [three, one, two]
        publish(client, two)
        assert drawn() == [three, one, two]
        assert [Asked.of(versions(session, each)[0]).digest for each in case] == before
        assert "exams.case_changed" in audited(session, three)

    def test_ends_are_ends(self, client: FlaskClient, case: list[str]) -> None:
        act(client, case[0], "up")
        act(client, case[2], "down")
        assert shown(client, case[0]) == case
        publish(client, case[0], 409)

    def test_is_dropped_with_the_draft(
        self, client: FlaskClient, session: Session, case: list[str]
    ) -> None:
        act(client, case[2], "up")
        client.post(f"/studio/questions/{case[0]}/discard")
        assert shown(client, case[0]) == case
        assert [len(versions(session, each)) for each in case] == [1, 1, 1]


class TestTakingOut:
    def test_makes_it_a_question_of_its_own_when_the_case_is_published(
        self, client: FlaskClient, session: Session, case: list[str]
    ) -> None:
        one, two, three = case
        act(client, two, "out")
        assert drawn() == case, "papers have the whole case till then"
        assert "leaves the case" in client.get(f"/studio/questions/{one}").text
        publish(client, one)
        assert drawn() == [one, three]
        cases = [versions(session, each)[-1].body["case"] for each in (one, three)]
        assert [(each["part"], each["of"]) for each in cases] == [(1, 2), (2, 2)]
        alone = row_of(session, two)
        assert (alone.case, alone.pool) == (None, Pool.RETIRED)
        first, last = versions(session, two)
        assert alone.published_id == last.id
        assert first.body["case"]["of"] == 3, "the published version stays as it was"
        assert last.body["stem"]["en"] == f"Material\n\n{first.body['stem']['en']}"
        assert {k: v for k, v in last.body.items() if k != "stem"} == {
            k: v for k, v in first.body.items() if k not in {"stem", "case"}
        }
        assert audited(session, two)[-1] == "exams.question_left_case"
        assert client.get(f"/studio/questions/{two}").status_code == 200
        client.post(f"/studio/questions/{two}/pool", data={"pool": "exam"})
        assert two in {each.code for each in bank()}

    def test_can_be_undone(self, client: FlaskClient, session: Session, case: list[str]) -> None:
        one, two, three = case
        act(client, two, "out")
        assert shown(client, one) == [one, three, two]
        act(client, two, "up")
        assert shown(client, one) == [one, three, two], "what leaves has no place to move from"
        act(client, two, "in")
        publish(client, one)
        assert drawn() == [one, three, two]
        assert row_of(session, two).case is not None

    def test_needs_two_that_stay_to_be_published(
        self, client: FlaskClient, case: list[str]
    ) -> None:
        one, two, three = case
        act(client, two, "out")
        act(client, three, "out")
        publish(client, one, 409)
        act(client, one, "out", 409)
        assert drawn() == case
        reply = client.post(f"{NEW}/text?case={one}", data=form_of(Kind.TEXT) | MATERIAL)
        code = str(reply.location).rpartition("/")[2]
        assert code not in case
        publish(client, one)
        assert drawn() == [one, code]

    def test_a_draft_that_was_never_published_stays_one(
        self, client: FlaskClient, session: Session, case: list[str]
    ) -> None:
        reply = client.post(f"{NEW}/text?case={case[0]}", data=form_of(Kind.TEXT) | MATERIAL)
        code = str(reply.location).rpartition("/")[2]
        act(client, code, "out")
        publish(client, case[0], 302)
        row = row_of(session, code)
        assert (row.case, row.pool, row.published_id) == (None, Pool.EXAM, None)
        assert drawn() == case
        assert code not in {each.code for each in bank()}

    def test_only_of_cases_and_only_by_trainers(
        self, client: FlaskClient, case: list[str], trainee: Person
    ) -> None:
        act(client, case[0], "nonsense", 404)
        alone = client.post(f"{NEW}/single", data=form_of(Kind.SINGLE) | {"seen": case})
        act(client, str(alone.location).rpartition("/")[2], "out", 404)
        sign_in(client, trainee)
        act(client, case[0], "out", 403)
