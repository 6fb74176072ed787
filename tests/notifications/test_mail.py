"""The outbox, with a real mail server on loopback."""

import dataclasses
import email
import smtplib
import socket
from collections.abc import Iterator
from datetime import timedelta
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from flask import Flask
from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import people
from lms.accounts.models import Person
from lms.core import clock, queue
from lms.core.db import transaction
from lms.core.queue import Job, JobState
from lms.notifications import jobs, queries, services
from lms.notifications.models import Message
from tests import factories
from tests.factories import NOON


class Inbox(MessageHandler):
    """Keeps what arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[email.message.EmailMessage] = []

    def prepare_message(self, _session: object, envelope: object) -> email.message.Message:
        content = envelope.original_content  # type: ignore[attr-defined]
        return email.message_from_bytes(content, policy=default)

    def handle_message(self, message: email.message.Message) -> None:
        self.mails.append(message)  # type: ignore[arg-type]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def inbox(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    """A mail server that the application uses."""
    found = Inbox()
    controller = Controller(found, hostname="127.0.0.1", port=free_port())
    controller.start()
    use_server(app, monkeypatch, f"smtp://127.0.0.1:{controller.port}")
    yield found
    controller.stop()


def use_server(app: Flask, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    settings = dataclasses.replace(app.config["SETTINGS"], mail_server=url)
    monkeypatch.setitem(app.config, "SETTINGS", settings)


def told(person: Person, key: str = "k") -> Message:
    return services.tell(person, key=key, subject="A\nsubject", body="你好\nHello", at=NOON)


def run_all() -> None:
    while queue.run_one():
        pass


def test_a_mail_arrives_as_it_was_written(trainee: Person, inbox: Inbox) -> None:
    message = told(trainee)
    run_all()
    (mail,) = inbox.mails
    assert (mail["To"], mail["Subject"]) == (trainee.email, "A subject")
    assert mail.get_content().split() == ["你好", "Hello"]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert message.sent_at is not None


def test_telling_the_same_twice_sends_one_mail(trainee: Person, inbox: Inbox) -> None:
    assert told(trainee) is told(trainee)
    run_all()
    assert len(inbox.mails) == 1


def test_a_job_that_runs_again_sends_nothing(trainee: Person, inbox: Inbox) -> None:
    message = told(trainee)
    run_all()
    jobs.send(message.id)()
    assert len(inbox.mails) == 1


def test_a_mail_that_goes_out_twice_is_known_by_its_id(trainee: Person, inbox: Inbox) -> None:
    message = told(trainee)
    for _ in range(2):  # the worker died before it could note the first one
        jobs.send(message.id)
    first, second = inbox.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_nothing_is_sent_of_a_change_that_was_undone(
    trainee: Person, inbox: Inbox, session: Session
) -> None:
    def tell_and_fail() -> None:
        with transaction():
            told(trainee)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tell_and_fail()
    run_all()
    assert inbox.mails == []
    assert session.scalars(select(Message)).all() == []


@pytest.mark.parametrize(("locale", "subject"), [("en", "Skip to content"), ("zh", "跳到正文")])
def test_lazy_texts_are_written_in_the_language_of_their_reader(
    session: Session, locale: str, subject: str
) -> None:
    words = lazy_gettext("Skip to content")
    message = services.tell(factories.person(locale=locale), key="k", subject=words, body=words)
    assert (message.subject, message.body) == (subject, subject)


def test_an_invitation_is_mailed_and_its_link_forgotten(
    trainee: Person, admin: Person, inbox: Inbox, session: Session
) -> None:
    link = people.invite(trainee, actor=admin)
    run_all()
    (mail,) = inbox.mails
    assert link in mail.get_content()
    message = session.scalars(select(Message)).one()
    assert link not in message.body
    assert "/link/…" in message.body
    assert queries.waiting_links(at=clock.now()) == []


def test_an_invitation_is_in_the_language_of_its_reader(session: Session) -> None:
    people.invite(factories.person(locale="zh", name="李雪梅"), actor=None)
    people.invite(factories.person(locale="en"), actor=None)
    chinese, english = session.scalars(select(Message).order_by(Message.id))
    assert "李雪梅，您好！" in chinese.body
    assert "Open this link and choose a password" in english.body


class TestWithoutAServer:
    def test_the_link_waits_for_an_administrator(self, trainee: Person, admin: Person) -> None:
        link = people.invite(trainee, actor=admin)
        run_all()
        (waiting,) = queries.waiting_links(at=clock.now(), person=trainee)
        assert (waiting.address, waiting.person_id) == (link, trainee.id)
        assert queries.outbox().unsent == 1

    def test_links_that_are_of_no_use_any_more_do_not_wait(
        self, trainee: Person, admin: Person
    ) -> None:
        people.invite(trainee, actor=admin)
        assert queries.waiting_links(at=clock.now() + timedelta(days=8)) == []
        people.deactivate(trainee, actor=admin)
        assert queries.waiting_links(at=clock.now()) == []

    def test_each_person_s_page_shows_their_own(
        self, trainee: Person, trainer: Person, admin: Person
    ) -> None:
        people.invite(trainee, actor=admin)
        assert queries.waiting_links(at=clock.now(), person=trainer) == []


class TestWithAServer:
    def test_a_link_without_an_address_still_waits(
        self, trainee: Person, admin: Person, inbox: Inbox, session: Session
    ) -> None:
        trainee.email = None
        session.commit()
        people.invite(trainee, actor=admin)
        run_all()
        assert inbox.mails == []
        assert len(queries.waiting_links(at=clock.now())) == 1

    @pytest.mark.usefixtures("inbox")
    def test_one_whose_mail_is_on_its_way_does_not(self, trainee: Person, admin: Person) -> None:
        people.invite(trainee, actor=admin)
        assert queries.waiting_links(at=clock.now()) == []


class TestAServerThatIsAway:
    def test_is_tried_again_and_shown(
        self,
        app: Flask,
        trainee: Person,
        admin: Person,
        session: Session,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        use_server(app, monkeypatch, f"smtp://user:secret@127.0.0.1:{free_port()}")
        people.invite(trainee, actor=admin)
        run_all()
        job = session.scalars(select(Job)).one()
        assert job.state is JobState.WAITING
        ((recipient, error),) = queries.outbox().errors
        assert recipient == trainee.email
        assert "ConnectionRefusedError" in error
        assert "secret" not in error
        assert [link.problem for link in queries.waiting_links(at=clock.now())] == [error]

    def test_an_address_that_is_none_is_shown_too(
        self, app: Flask, trainee: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        use_server(app, monkeypatch, "mail.example.com")
        told(trainee)
        run_all()
        assert "looks like smtp://host" in queries.outbox().errors[0][1]


def test_starttls_sends_nothing_to_a_server_that_has_none(
    app: Flask, trainee: Person, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = app.config["SETTINGS"].mail_server
    use_server(app, monkeypatch, plain.replace("smtp://", "starttls://"))
    message = told(trainee)
    with pytest.raises(smtplib.SMTPNotSupportedError):
        jobs.send(message.id)
    assert inbox.mails == []


def test_smtps_sends_nothing_to_a_server_that_has_none(
    app: Flask, trainee: Person, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = app.config["SETTINGS"].mail_server
    use_server(app, monkeypatch, plain.replace("smtp://", "smtps://"))
    message = told(trainee)
    with pytest.raises(OSError, match=r"SSL|wrong|record"):
        jobs.send(message.id)
    assert inbox.mails == []
