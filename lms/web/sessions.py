"""The signed cookie, by the clock of the product.

What was signed in the future counts as forged. So when somebody sets the machine's clock back,
everyone would be signed out, in the middle of an exam; `lms.core.clock` does not jump.
"""

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from typing_extensions import override

from lms.core import clock


class _Signer(TimestampSigner):
    @override
    def get_timestamp(self) -> int:
        return int(clock.now().timestamp())


class _Sessions(SecureCookieSessionInterface):
    def __init__(self) -> None:
        self._made: dict[object, URLSafeTimedSerializer | None] = {}

    @override
    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Make it once for each key: every request asks for it, many of them twice."""
        key = app.secret_key
        if key not in self._made:
            self._made = {key: super().get_signing_serializer(app)}
            if (serializer := self._made[key]) is not None:
                serializer.signer = _Signer
        return self._made[key]


def init_app(app: Flask) -> None:
    """Sign and check sessions in this way."""
    app.session_interface = _Sessions()
