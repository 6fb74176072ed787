import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from lms.accounts import people, queries, services
from lms.accounts.errors import TooManyTriesError, WrongPasswordError
from lms.accounts.models import Person, SignIn, Throttle
from lms.accounts.rules import THROTTLE_LIMIT, THROTTLE_WINDOW, USED_EVERY, Role
from lms.core import clock
from lms.core.errors import NotFoundError
from tests import factories
from tests.browser import forget_person, sign_in
from tests.factories import NOON, PASSWORD

HERE = "192.0.2.1"


@pytest.fixture
def learner(trainee: Person) -> Person:
    return factories.with_password(trainee)


def typed(login: str, password: str = PASSWORD, **more: str) -> dict[str, str]:
    return {"login": login, "password": password, **more}


class TestTheRows:
    def test_the_table_does_not_hold_what_the_cookie_holds(self, trainee: Person) -> None:
        row = services.sign_in(trainee, device="Firefox", address=HERE, at=NOON)
        assert row.token is not None
        assert row.token_hash == queries.token_hash(row.token) != row.token

    def test_each_sign_in_has_a_new_token(self, trainee: Person) -> None:
        first = services.sign_in(trainee, device="Firefox", address=HERE)
        second = services.sign_in(trainee, device="Firefox", address=HERE)
        assert first.token != second.token

    def test_nobody_ends_someone_else_s(self, trainee: Person, trainer: Person) -> None:
        row = services.sign_in(trainee, device="Firefox", address=HERE)
        with pytest.raises(NotFoundError):
            services.end_sign_in(row.id, actor=trainer)

    def test_ending_twice_is_ending_once(self, trainee: Person) -> None:
        row = services.sign_in(trainee, device="Firefox", address=HERE, at=NOON)
        for at in (NOON, NOON + timedelta(hours=1)):
            services.end_sign_in(row.id, actor=trainee, at=at)
        assert row.ended_at == NOON

    @pytest.mark.usefixtures("session")
    def test_a_made_up_token_is_nobody(self) -> None:
        assert queries.sign_in_with("guess") is None

    def test_a_sign_in_that_was_not_used_for_long_is_nobody(self, trainee: Person) -> None:
        row = services.sign_in(
            trainee, device="Firefox", address=HERE, at=clock.now() - timedelta(hours=9)
        )
        assert queries.sign_in_with(row.token or "") is None
        assert queries.sign_ins_of(trainee) == []


class TestCheckPassword:
    def test_the_name_may_be_typed_in_any_case(self, learner: Person) -> None:
        name = f" {learner.login.upper()} "
        assert services.check_password(name, PASSWORD, address=HERE) is learner

    def test_unknown_wrong_deactivated_and_uninvited_are_all_the_same(
        self, learner: Person, admin: Person
    ) -> None:
        gone = factories.with_password(factories.person())
        people.deactivate(gone, actor=admin)
        tries = [
            ("nobody@example.com", PASSWORD),
            (learner.login, "wrong"),
            (gone.login, PASSWORD),
            (factories.person().login, ""),
        ]
        for login, password in tries:
            with pytest.raises(WrongPasswordError):
                services.check_password(login, password, address=HERE)

    def test_after_too_many_wrong_ones_even_the_right_one_has_to_wait(
        self, learner: Person
    ) -> None:
        for _ in range(THROTTLE_LIMIT):
            with pytest.raises(WrongPasswordError):
                services.check_password(learner.login, "wrong", address=HERE, at=NOON)
        with pytest.raises(TooManyTriesError) as refused:
            services.check_password(learner.login, PASSWORD, address=HERE, at=NOON)
        assert refused.value.context == {"minutes": 15}
        later = NOON + THROTTLE_WINDOW
        assert services.check_password(learner.login, PASSWORD, address=HERE, at=later) is learner

    def test_it_is_counted_per_address_so_nobody_locks_another_out(self, learner: Person) -> None:
        for _ in range(THROTTLE_LIMIT):
            with pytest.raises(WrongPasswordError):
                services.check_password(learner.login, "wrong", address="203.0.113.9")
        assert services.check_password(learner.login, PASSWORD, address=HERE) is learner

    @pytest.mark.usefixtures("session")
    def test_unknown_names_are_counted_too(self) -> None:
        for _ in range(THROTTLE_LIMIT):
            with pytest.raises(WrongPasswordError):
                services.check_password("nobody", "wrong", address=HERE)
        with pytest.raises(TooManyTriesError):
            services.check_password("nobody", "wrong", address=HERE)

    @pytest.mark.usefixtures("session")
    def test_one_address_cannot_go_through_all_accounts(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("lms.accounts.rules.ADDRESS_LIMIT", 2)
        for number in range(2):
            with pytest.raises(WrongPasswordError):
                services.check_password(f"nobody{number}", "wrong", address=HERE)
        with pytest.raises(TooManyTriesError):
            services.check_password("nobody3", "wrong", address=HERE)

    def test_many_at_once_do_not_slip_through(self, live_app: Flask) -> None:
        together = Barrier(8)

        def guess(_: int) -> int:
            with live_app.app_context():
                together.wait()
                wrong = 0
                for _ in range(2):
                    try:
                        services.check_password("somebody", "wrong", address=HERE, at=NOON)
                    except WrongPasswordError:
                        wrong += 1
                    except TooManyTriesError:
                        pass
                return wrong

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(guess, range(8))) == THROTTLE_LIMIT

    def test_the_right_one_clears_the_count(self, learner: Person, session: Session) -> None:
        with pytest.raises(WrongPasswordError):
            services.check_password(learner.login, "wrong", address=HERE)
        services.check_password(learner.login, PASSWORD, address=HERE)
        services.sign_in(learner, device="", address=HERE)
        assert session.scalars(select(Throttle.tries)).all() == [1]  # the address's wrong one

    def test_the_table_names_neither_people_nor_addresses(
        self, learner: Person, session: Session
    ) -> None:
        services.check_password(learner.login, PASSWORD, address=HERE)
        keys = session.scalars(select(Throttle.key)).all()
        assert len(keys) == 2
        assert all(learner.login not in key and HERE not in key for key in keys)


class TestTheSignInPage:
    def test_signing_in_leads_to_the_page_that_was_asked_for(
        self, client: FlaskClient, learner: Person
    ) -> None:
        asked = client.get("/account", headers={"Accept": "text/html"}, follow_redirects=True)
        assert asked.request.full_path == "/sign-in?next=/account"
        assert 'value="/account"' in asked.text
        page = client.post(
            "/sign-in", data=typed(learner.login, next="/account"), follow_redirects=True
        )
        assert page.request.path == "/account"
        assert learner.name in page.text

    @pytest.mark.parametrize(
        "target",
        ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"],
    )
    def test_it_leads_nowhere_else(self, client: FlaskClient, learner: Person, target: str) -> None:
        reply = client.post("/sign-in", data=typed(learner.login, next=target))
        assert reply.location == "/"
        forget_person()
        assert client.get("/sign-in", query_string={"next": target}).location == "/"

    def test_a_wrong_password_keeps_what_was_typed_but_not_the_password(
        self, client: FlaskClient, learner: Person
    ) -> None:
        page = client.post("/sign-in", data=typed(learner.login, "wrong password"))
        assert page.status_code == 422
        assert learner.login in page.text
        assert "do not go together" in page.text
        assert "wrong password" not in page.text

    def test_an_unknown_name_gets_the_same_page(self, client: FlaskClient, learner: Person) -> None:
        wrong = client.post("/sign-in", data=typed(learner.login, "wrong"))
        unknown = client.post("/sign-in", data=typed("nobody", "wrong"))
        assert unknown.status_code == wrong.status_code
        assert unknown.text == wrong.text.replace(learner.login, "nobody")

    def test_too_many_tries_get_a_page_that_says_what_to_do(
        self, client: FlaskClient, learner: Person
    ) -> None:
        for _ in range(THROTTLE_LIMIT):
            client.post("/sign-in", data=typed(learner.login, "wrong"))
        page = client.post("/sign-in", data=typed(learner.login))
        assert page.status_code == 429
        assert page.headers["Retry-After"] == "900"
        assert "/forgot" in page.text

    def test_the_browser_gets_the_person_s_language_unless_one_was_chosen(
        self, client: FlaskClient
    ) -> None:
        chinese = factories.with_password(factories.person(locale="zh"))
        client.post("/sign-in", data=typed(chinese.login))
        cookie = client.get_cookie("lang")
        assert cookie is not None
        assert cookie.value == "zh"
        client.post("/sign-out")
        forget_person()
        client.set_cookie("lang", "en")
        client.post("/sign-in", data=typed(chinese.login))
        cookie = client.get_cookie("lang")
        assert cookie is not None
        assert cookie.value == "en"

    def test_nothing_planted_in_the_session_survives(
        self, client: FlaskClient, learner: Person
    ) -> None:
        with client.session_transaction() as cookie:
            cookie["planted"] = "x"
        client.post("/sign-in", data=typed(learner.login))
        with client.session_transaction() as cookie:
            assert "planted" not in cookie

    def test_signing_in_as_another_ends_the_first(
        self, client: FlaskClient, learner: Person, trainer: Person
    ) -> None:
        first = sign_in(client, trainer)
        page = client.get("/sign-in")
        assert page.location == "/"
        services.end_sign_in(first.id, actor=trainer)
        forget_person()
        client.post("/sign-in", data=typed(learner.login))
        assert [row.person_id for row in queries.sign_ins_of(learner)] == [learner.id]

    @pytest.mark.parametrize(("code", "heading"), [("zh", "登录"), ("en", "Sign in")])
    def test_it_is_there_in_both_languages(
        self, client: FlaskClient, code: str, heading: str
    ) -> None:
        client.set_cookie("lang", code)
        assert f"<h1>{heading}</h1>" in client.get("/sign-in").text

    def test_nothing_secret_is_logged(
        self, client: FlaskClient, learner: Person, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        client.post("/sign-in", data=typed(learner.login, "wrong password"))
        client.post("/sign-in", data=typed(learner.login))
        row = queries.sign_ins_of(learner)[0]
        assert PASSWORD not in caplog.text
        assert "wrong password" not in caplog.text
        assert row.token_hash not in caplog.text


class TestSigningOut:
    def test_ends_the_row_and_clears_what_the_browser_kept(
        self, client: FlaskClient, trainee: Person
    ) -> None:
        row = sign_in(client, trainee)
        reply = client.post("/sign-out")
        assert reply.headers["Clear-Site-Data"] == '"cache", "storage"'
        assert row.ended_at is not None
        forget_person()
        assert client.get("/account").status_code == 401

    def test_is_harmless_for_who_is_not_signed_in(self, client: FlaskClient) -> None:
        assert client.post("/sign-out").location == "/sign-in"

    def test_is_not_done_by_a_link(self, client: FlaskClient, trainee: Person) -> None:
        sign_in(client, trainee)
        assert client.get("/sign-out").status_code == 405


class TestWhatEndsASignIn:
    def test_deactivating_a_person_kills_their_cookie_at_once(
        self, client: FlaskClient, trainee: Person, admin: Person
    ) -> None:
        sign_in(client, trainee)
        assert client.get("/account").status_code == 200
        people.deactivate(trainee, actor=admin)
        forget_person()
        assert client.get("/account").status_code == 401

    def test_so_does_a_new_role(self, client: FlaskClient, trainee: Person, admin: Person) -> None:
        sign_in(client, trainee)
        people.grant_role(trainee, Role.TRAINER, actor=admin)
        forget_person()
        assert client.get("/account").status_code == 401


class TestLastUse:
    def test_is_noted_every_few_minutes(
        self, client: FlaskClient, trainee: Person, session: Session
    ) -> None:
        row = sign_in(client, trainee)
        just_now = row.seen_at
        client.get("/account")
        assert row.seen_at == just_now
        earlier = clock.now() - USED_EVERY
        row.seen_at = earlier
        session.commit()
        forget_person()
        client.get("/account")
        assert row.seen_at > earlier

    def test_a_page_can_be_read_while_nothing_can_be_written(
        self,
        client: FlaskClient,
        trainee: Person,
        session: Session,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        row = sign_in(client, trainee)
        row.seen_at = clock.now() - USED_EVERY
        session.commit()
        forget_person()

        def full(*_args: object, **_kwargs: object) -> None:
            raise OperationalError("UPDATE", {}, Exception("database or disk is full"))

        monkeypatch.setattr("lms.accounts.services.note_use", full)
        assert client.get("/account").status_code == 200

    def test_two_at_once_write_once(self, trainee: Person) -> None:
        row = services.sign_in(trainee, device="", address=HERE, at=NOON)
        services.note_use(row.id, at=NOON + USED_EVERY)
        services.note_use(row.id, at=NOON + USED_EVERY + timedelta(seconds=1))
        assert row.seen_at == NOON + USED_EVERY


def test_rows_of_others_are_not_listed(trainee: Person, trainer: Person) -> None:
    row = services.sign_in(trainee, device="Firefox", address=HERE)
    services.sign_in(trainer, device="Chrome", address=HERE)
    assert queries.sign_ins_of(trainee) == [row]
    assert isinstance(row, SignIn)
