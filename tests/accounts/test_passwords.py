import statistics
import time

import pytest

from lms.accounts import passwords
from lms.accounts.errors import WeakPasswordError


def test_what_is_stored_is_argon2id_with_the_recommended_cost() -> None:
    assert passwords.hashed("a horse in the rain").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_only_the_right_password_fits() -> None:
    stored = passwords.hashed("a horse in the rain")
    assert passwords.fits("a horse in the rain", stored)
    assert not passwords.fits("a horse in the Rain", stored)


def test_nothing_fits_nobody() -> None:
    assert not passwords.fits("", None)
    assert not passwords.fits("a horse in the rain", "not a hash")


def test_the_same_characters_fit_however_a_keyboard_sends_them() -> None:
    assert passwords.fits("cafe\u0301 au lait", passwords.hashed("caf\u00e9 au lait"))


def test_for_nobody_it_takes_as_long() -> None:
    stored = passwords.hashed("a horse in the rain")

    def median(hashed: str | None) -> float:
        times = []
        for _ in range(7):
            start = time.perf_counter()
            passwords.fits("wrong password", hashed)
            times.append(time.perf_counter() - start)
        return statistics.median(times)

    median(None)  # the first time makes the hash that nobody has
    assert median(None) > median(stored) / 3


@pytest.mark.parametrize(
    "password", ["password123", "1QAZ2WSX", "11111111", "iloveyou", "admin123"]
)
def test_bundled_common_passwords_are_refused(password: str) -> None:
    with pytest.raises(WeakPasswordError, match="tried first"):
        passwords.refuse_weak(password)


def test_the_bundled_list_holds_only_what_the_length_lets_through() -> None:
    assert all(len(each) >= 8 for each in passwords._common())  # noqa: SLF001
    assert len(passwords._common()) > 500  # noqa: SLF001
