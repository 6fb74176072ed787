"""The endpoint that saves answers, without a database: what Flask and its server cost alone.

The same application, server, processes, threads, session cookie, anti-forgery check, parsing of
answers and shape of the reply. Left out is all that asks the database: who is signed in, whose attempt it is,
whether its time is up, and the answers themselves. So it stands for the fastest that this stack
could be, not for anything that could be run.
"""

import os
from datetime import timedelta
from socket import socket
from threading import Event
from typing import Any, cast

from flask import Flask, Response, jsonify, request, session as cookie

from lms import serve
from lms.accounts.login import PUBLIC
from lms.config import Settings
from lms.core import clock, listener, logging as lines, memory
from lms.exams import forms
from lms.factory import create_app
from lms.permissions import PERMISSIONS
from lms.web.preloading import preload


def application() -> Flask:
    """Return the application with two more pages."""
    app = create_app(Settings.from_env(os.environ))
    # The guard looks there at each request; the table is complete when the application is made.
    cast("dict[str, Any]", PERMISSIONS).update({"bare.save": PUBLIC, "bare.up": PUBLIC})
    app.add_url_rule("/attempts/bare/<int:attempt_id>/answers", "bare.save", save, methods=["POST"])
    app.add_url_rule("/bare", "bare.up", lambda: "up")
    return app


def save(attempt_id: int) -> Response:
    """Answer as `lms.exams.views.save` does, having saved nothing."""
    answers = forms.from_json(request.get_json(silent=True))
    cookie.get("sittings", {}).get(str(attempt_id), "")
    now = clock.now()
    deadline = now + timedelta(minutes=20)
    return jsonify(
        saved={str(each.slot): each.seq for each in answers},
        server_now=now.isoformat(),
        deadline=deadline.isoformat(),
        left_ms=(deadline - now) // timedelta(milliseconds=1),
    )


def main() -> None:
    """Serve until told to stop, with as many processes as the site has; one of them does nothing."""
    lines.configure()
    memory.give_back()
    app = application()
    settings = app.config["SETTINGS"]
    listening = listener.listen(settings.host, settings.port)
    preload(app)
    serve.keep(app, listening, web_processes=settings.web_processes, jobs=_no_jobs)


def _no_jobs(_app: Flask, listening: socket) -> None:
    listening.close()
    Event().wait()


if __name__ == "__main__":
    main()
