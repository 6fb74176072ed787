"""What mails mean, and what a mail server's address says. Pure: no database, no clock."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

_LINK = re.compile(r"/(link|setup)/[\w-]+")
LINK_KEY = "accounts.link."

PORTS = {"smtp": 25, "starttls": 587, "smtps": 465}
"""Scheme -> port, unless the address names another."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed over."""

    host: str
    port: int
    user: str
    password: str
    security: str
    """``smtp``: none; ``starttls``: TLS after greeting, or nothing is sent; ``smtps``: TLS."""


def mail_server(url: str) -> MailServer:
    """Read an address such as ``starttls://user:password@mail.example.com:587``.

    Raises:
        ValueError: it is none; the message says why, without the password.
    """
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("a mail server looks like smtp://host, starttls://host or smtps://host")
    return MailServer(
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        security=parts.scheme,
    )


def link_key(link_id: int) -> str:
    """Return the key of the mail that brings a one-time link."""
    return f"{LINK_KEY}{link_id}"


def job_key(message_id: int) -> str:
    """Return the key of the job that sends a mail."""
    return f"notifications.{message_id}"


def link_id(key: str) -> int | None:
    """Return the link that a mail brings; None if it brings none."""
    return int(key.removeprefix(LINK_KEY)) if key.startswith(LINK_KEY) else None


def without_links(body: str) -> str:
    """Return a mail's text without the tokens of one-time links."""
    return _LINK.sub(r"/\1/…", body)


def first_link(body: str) -> str:
    """Return the address of the one-time link in a mail; empty if there is none."""
    return next((word for word in body.split() if _LINK.search(word)), "")
