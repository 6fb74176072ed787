import pytest

from lms.notifications.rules import (
    MailServer,
    first_link,
    link_id,
    link_key,
    mail_server,
    without_links,
)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail", MailServer("mail", 25, "", "", "smtp")),
        ("starttls://u:p%40ss@mail", MailServer("mail", 587, "u", "p@ss", "starttls")),
        ("smtps://u:p@mail:4650", MailServer("mail", 4650, "u", "p", "smtps")),
    ],
)
def test_a_mail_server_is_read_from_its_address(url: str, server: MailServer) -> None:
    assert mail_server(url) == server


@pytest.mark.parametrize("url", ["mail.example.com", "http://u:secret@mail", "smtp://"])
def test_anything_else_is_refused_without_telling_the_password(url: str) -> None:
    with pytest.raises(ValueError, match="looks like") as refused:
        mail_server(url)
    assert "secret" not in str(refused.value)


def test_a_link_is_found_in_a_mail_and_taken_out_of_it() -> None:
    body = "Hello,\n\nhttps://lms.example/link/a-B_9\n\nBye"
    assert first_link(body) == "https://lms.example/link/a-B_9"
    assert without_links(body) == "Hello,\n\nhttps://lms.example/link/…\n\nBye"
    assert first_link("Hello") == ""


def test_a_mail_knows_which_link_it_brings() -> None:
    assert link_id(link_key(7)) == 7
    assert link_id("exams.result.7") is None
