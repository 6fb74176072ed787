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
        self._made: dict[object, URLSafeTimedSerializer] = {}

    @override
    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Make it once for each key: every request asks for it, many of them twice."""
        made = self._made.get(app.secret_key)
        if made is None and (made := super().get_signing_serializer(app)) is not None:
            made.signer = _Signer  # before another thread sees it
            self._made = {app.secret_key: made}
        return made


def init_app(app: Flask) -> None:
    """Sign and check sessions in this way."""
    app.session_interface = _Sessions()
