"""Passwords: how they are stored, compared and refused.

argon2id with the parameters that OWASP recommends for servers. A comparison takes 19 MiB and some
tens of milliseconds of one core, so no more of them run at once than there are cores: a flood of
wrong passwords makes signing in slow, not the site.
"""

import os
import secrets
import unicodedata
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import lazy_gettext as _

from lms.accounts import rules
from lms.accounts.errors import WeakPasswordError
from lms.accounts.rules import Weakness

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_cores = BoundedSemaphore(os.cpu_count() or 1)
_COMMON = Path(__file__).parent / "common_passwords.txt"

REASONS = {
    Weakness.SHORT: _("Too short: %(least)d characters at least.", least=rules.SHORTEST_PASSWORD),
    Weakness.LONG: _("Too long: %(most)d characters at most.", most=rules.LONGEST_PASSWORD),
    Weakness.COMMON: _("This is one of the passwords that are tried first. Choose another one."),
    Weakness.OWN: _("This is your own name or sign-in name. Choose something else."),
}


def hashed(password: str) -> str:
    """Return what is stored of a password. Slow on purpose: never inside a transaction."""
    with _cores:
        return _hasher.hash(_normal(password))


def fits(password: str, stored: str | None) -> bool:
    """Whether it is the password that was stored; with None it takes as long, and is never."""
    nobody = _nobody()
    with _cores:
        try:
            _hasher.verify(stored or nobody, _normal(password))
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def refuse_weak(password: str, *own: str) -> None:
    """Refuse a password that is easy to guess; `own` is what the person is called.

    Raises:
        WeakPasswordError: saying what is wrong with it.
    """
    reason = rules.weakness(password, own=own, common=_common())
    if reason is not None:
        raise WeakPasswordError(reason=REASONS[reason])


def _normal(password: str) -> str:
    """The same characters may come as different code points, from keyboard to keyboard."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobody() -> str:
    return hashed(secrets.token_urlsafe())


@cache
def _common() -> frozenset[str]:
    return frozenset(_COMMON.read_text(encoding="utf-8").split())
