"""Handing mails over to the mail server."""

import hashlib
import smtplib
import ssl
from contextlib import closing
from email.message import EmailMessage
from email.policy import SMTP

from lms.core import clock, site
from lms.core.db import db
from lms.core.queue import Effect, handler
from lms.notifications import rules, services
from lms.notifications.models import Message

TIMEOUT = 10
"""Seconds until a silent mail server counts as away."""


@handler("notifications.send")
def send(message_id: int) -> Effect:
    """Send one mail, unless it was sent.

    Without a mail server, or without an address, it stays where an administrator finds it.
    """
    settings = site.settings()
    message = db.session.get_one(Message, message_id)
    if message.sent_at is not None or not message.recipient or not settings.mail_server:
        return lambda: None
    mail = _mail(message, settings.mail_from)
    db.session.rollback()  # the read is over: talking to a server takes its time
    try:
        _hand_over(mail, rules.mail_server(settings.mail_server))
    except (OSError, ValueError) as error:  # smtplib's errors are among the former
        services.note_failure(message_id, f"{type(error).__name__}: {error}")
        raise
    return lambda: services.note_sent(message_id, at=clock.now())


def _mail(message: Message, sender: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = message.recipient
    mail["Subject"] = message.subject
    mail["Date"] = message.made_at
    # The same each time: should a mail go out twice, its reader's program knows it again.
    digest = hashlib.sha256(message.key.encode()).hexdigest()[:32]
    mail["Message-ID"] = f"<{digest}@{sender.rpartition('@')[2] or 'localhost'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body)
    return mail


def _hand_over(mail: EmailMessage, server: rules.MailServer) -> None:
    with closing(_connection(server)) as smtp:
        if server.user:
            smtp.login(server.user, server.password)
        smtp.send_message(mail)
        smtp.quit()


def _connection(server: rules.MailServer) -> smtplib.SMTP:
    if server.security == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    if server.security == "starttls":
        try:
            smtp.starttls(context=ssl.create_default_context())
        except BaseException:
            smtp.close()
            raise
    return smtp
