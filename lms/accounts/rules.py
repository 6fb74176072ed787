"""What accounts mean. Pure: no database, no clock, no request."""

import enum
from collections.abc import Iterable, Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 128
RECOMMENDED_PASSWORD = 15


class Role(enum.StrEnum):
    """What a person does here; one person may have several roles."""

    TRAINEE = "trainee"
    TRAINER = "trainer"
    HR = "hr"
    MANAGER = "manager"
    ADMIN = "admin"


class Purpose(enum.StrEnum):
    """What a one-time link is for."""

    SETUP = "setup"
    """The first start: whoever opens it becomes the administrator."""
    INVITE = "invite"
    """A new person sets the first password."""
    RESET = "reset"
    """A forgotten password."""


class Verdict(enum.StrEnum):
    """What one row of a file with people would do."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    ERROR = "error"


VALIDITY = {
    Purpose.SETUP: timedelta(minutes=30),
    Purpose.INVITE: timedelta(days=7),
    Purpose.RESET: timedelta(hours=1),
}
"""How long each kind of link can be used."""

THROTTLE_WINDOW = timedelta(minutes=15)
THROTTLE_LIMIT = 10
"""Wrong passwords per account and address, or links per address, within the window."""
ADDRESS_LIMIT = 50
"""Wrong passwords per address, whatever the account: a class of trainees may share one address."""


def is_over(started_at: datetime, last_seen_at: datetime, *, at: datetime, idle: timedelta,
            absolute: timedelta) -> bool:  # fmt: skip
    """Whether a sign-in has ended by itself: unused for too long, or too old."""
    return at - last_seen_at >= idle or at - started_at >= absolute


SCOPED = frozenset({Role.TRAINER, Role.HR, Role.MANAGER})
"""Roles that may be limited to a unit; the others always count for the whole organisation."""

USED_EVERY = timedelta(minutes=5)
"""How exact "last used" is: a page does not pay for a write each time."""

DEEPEST_UNIT = 12
"""Levels of units, the root counted."""


class Weakness(enum.StrEnum):
    """Why a password is refused. There are no rules of composition: they make passwords worse."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    OWN = "own"
    """It is the person's own name or sign-in name."""


def weakness(password: str, *, own: Iterable[str], common: AbstractSet[str]) -> Weakness | None:
    """Return why a password is refused, or None.

    Args:
        password: as typed.
        own: what the person is called; blanks and capitals do not matter.
        common: the passwords that everybody tries first, in small letters.
    """
    if len(password) < SHORTEST_PASSWORD:
        return Weakness.SHORT
    if len(password) > LONGEST_PASSWORD:
        return Weakness.LONG
    if password.casefold() in common or len(set(password)) == 1:
        return Weakness.COMMON
    if _bare(password) in {_bare(each) for each in own}:
        return Weakness.OWN
    return None


def _bare(text: str) -> str:
    return "".join(text.casefold().split())


def one_line(text: str | None) -> str:
    """Return a text as one line: blanks joined, control characters left out."""
    shown = (each if each.isprintable() else " " for each in text or "")
    return " ".join("".join(shown).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What an administrator writes down about a person."""

    name: str
    login: str
    latin_name: str = ""
    email: str = ""
    staff_no: str = ""
    locale: str = "zh"
    unit_id: int | None = None

    def columns(self) -> dict[str, str | int | None]:
        """Return the values as the table holds them: one line each, empty ones as None."""
        return {
            "name": one_line(self.name),
            "login": one_line(self.login).lower(),
            "latin_name": one_line(self.latin_name),
            "email": one_line(self.email).lower() or None,
            "staff_no": one_line(self.staff_no) or None,
            "locale": self.locale,
            "unit_id": self.unit_id,
        }


BROWSERS = {
    "Edg": "Edge", "OPR": "Opera", "MicroMessenger": "WeChat", "Firefox": "Firefox",
    "Chrome": "Chrome", "CriOS": "Chrome", "Safari": "Safari",
}  # fmt: skip
SYSTEMS = {
    "Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad",
    "HarmonyOS": "HarmonyOS", "Mac OS": "macOS", "Linux": "Linux",
}  # fmt: skip
"""Marks in what a browser says of itself -> names. In this order: most claim to be several."""


def device_name(user_agent: str) -> str:
    """Return browser and system, such as ``Firefox · Windows``; empty if it tells neither."""
    found = (
        next((name for mark, name in names.items() if mark in user_agent), "")
        for names in (BROWSERS, SYSTEMS)
    )
    return " · ".join(filter(None, found))
