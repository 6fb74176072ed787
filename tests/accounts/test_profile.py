import pytest
from flask.testing import FlaskClient

from lms.accounts import queries, services
from lms.accounts.models import Person
from tests import factories
from tests.browser import forget_person, sign_in
from tests.factories import PASSWORD

HERE = "127.0.0.1"


@pytest.fixture
def learner(trainee: Person) -> Person:
    return factories.with_password(trainee)


def change(old: str, new: str, again: str | None = None) -> dict[str, str]:
    return {"password-old": old, "password-password": new, "password-again": again or new}


def test_a_person_changes_language_and_latin_name_and_nothing_else(
    client: FlaskClient, learner: Person
) -> None:
    sign_in(client, learner)
    sent = {
        "locale": "zh",
        "latin_name": " Li  Wei ",
        "name": "Boss",
        "login": "boss",
        "unit_id": "1",
    }
    client.post("/account", data=sent)
    assert (learner.locale, learner.latin_name) == ("zh", "Li Wei")
    assert (learner.name, learner.login.startswith("person")) == ("Li Wei", True)
    cookie = client.get_cookie("lang")
    assert cookie is not None
    assert cookie.value == "zh"


@pytest.mark.parametrize("sent", [{"locale": "xx"}, {"locale": "en", "latin_name": "x" * 81}])
def test_a_refused_change_keeps_what_was_typed(
    client: FlaskClient, learner: Person, sent: dict[str, str]
) -> None:
    sign_in(client, learner)
    page = client.post("/account", data=sent)
    assert page.status_code == 422
    assert sent.get("latin_name", "") in page.text
    assert learner.latin_name == ""


def test_changing_the_password_signs_the_other_browsers_out(
    client: FlaskClient, learner: Person
) -> None:
    here = sign_in(client, learner)
    services.sign_in(learner, device="Phone", address=HERE)
    reply = client.post("/account/password", data=change(PASSWORD, "a bird on the roof"))
    assert reply.location == "/account"
    assert queries.sign_ins_of(learner) == [here]
    assert services.check_password(learner.login, "a bird on the roof", address=HERE) is learner


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (change("wrong", "a bird on the roof"), "not your present password"),
        (change(PASSWORD, "1234567"), "8 characters at least"),
        (change(PASSWORD, "Li Wei Li Wei", "other"), "The two passwords differ."),
        (change("", "a bird on the roof"), "This is needed."),
    ],
)
def test_a_refused_password_is_explained_at_its_field(
    client: FlaskClient, learner: Person, sent: dict[str, str], said: str
) -> None:
    sign_in(client, learner)
    page = client.post("/account/password", data=sent)
    assert page.status_code == 422
    assert said in page.text
    assert services.check_password(learner.login, PASSWORD, address="192.0.2.1") is learner


def test_the_present_password_is_not_to_be_guessed_here_either(
    client: FlaskClient, learner: Person
) -> None:
    sign_in(client, learner)
    for _ in range(10):
        client.post("/account/password", data=change("wrong", "a bird on the roof"))
    page = client.post("/account/password", data=change(PASSWORD, "a bird on the roof"))
    assert page.status_code == 429


def test_where_one_is_signed_in_is_listed_and_ended(client: FlaskClient, learner: Person) -> None:
    here = sign_in(client, learner)
    phone = services.sign_in(learner, device="Safari · iPhone", address="192.0.2.7")
    page = client.get("/account")
    assert "Safari · iPhone" in page.text
    assert "192.0.2.7" in page.text
    client.post(f"/account/sign-ins/{phone.id}/end")
    assert queries.sign_ins_of(learner) == [here]


def test_all_others_are_ended_at_once(client: FlaskClient, learner: Person) -> None:
    here = sign_in(client, learner)
    for _ in range(3):
        services.sign_in(learner, device="", address=HERE)
    client.post("/account/sign-ins/end-others")
    assert queries.sign_ins_of(learner) == [here]


def test_someone_else_s_sign_in_looks_like_one_that_does_not_exist(
    client: FlaskClient, learner: Person, trainer: Person
) -> None:
    foreign = services.sign_in(trainer, device="", address=HERE)
    sign_in(client, learner)
    answers = []
    for number in (foreign.id, foreign.id + 1000):
        forget_person()
        reply = client.post(f"/account/sign-ins/{number}/end")
        text = reply.text.replace(reply.headers["X-Request-Id"], "")
        answers.append((reply.status_code, text.replace(f"sign-ins/{number}/", "")))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    assert foreign.ended_at is None


def test_who_has_no_role_still_has_an_account(client: FlaskClient, learner: Person) -> None:
    sign_in(client, factories.person(roles=set()))
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize(("code", "heading"), [("zh", "我的账号"), ("en", "My account")])
def test_it_is_there_in_both_languages(
    client: FlaskClient, learner: Person, code: str, heading: str
) -> None:
    sign_in(client, learner)
    client.set_cookie("lang", code)
    assert f"<h1>{heading}</h1>" in client.get("/account").text
