from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from werkzeug.wsgi import FileWrapper

from lms.web import files

BODY = bytes(range(256)) * 16


def sent(app: Flask, byte_range: str | None = None, **options: Any) -> Response:
    headers = {"Range": byte_range} if byte_range else {}
    with app.test_request_context(headers=headers):
        return files.send_bytes(BODY, mime="application/pdf", **options)


def test_a_file_is_sent_whole_and_says_that_parts_can_be_had(app: Flask) -> None:
    reply = sent(app)
    assert (reply.status_code, reply.get_data()) == (200, BODY)
    assert reply.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("bytes=10-19", 10, 20), ("bytes=4000-", 4000, 4096), ("bytes=-6", 4090, 4096)],
)
def test_a_range_is_answered_with_that_range(app: Flask, asked: str, start: int, stop: int) -> None:
    reply = sent(app, asked)
    assert (reply.status_code, reply.get_data()) == (206, BODY[start:stop])
    assert reply.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(BODY)}"


def test_a_range_beyond_the_end_is_refused(app: Flask) -> None:
    reply = sent(app, "bytes=9999-")
    assert reply.status_code == 416
    assert reply.headers["Content-Range"] == f"bytes */{len(BODY)}"


def test_an_open_range_of_a_large_file_gets_one_piece(app: Flask, tmp_path: Path) -> None:
    film = tmp_path / "film"
    film.write_bytes(b"x" * (3 * files.PIECE))
    with app.test_request_context(headers={"Range": "bytes=0-"}):
        reply = files.send_path(film, mime="video/mp4")
    assert reply.status_code == 206
    assert len(reply.get_data()) == files.PIECE
    assert reply.headers["Content-Range"] == f"bytes 0-{files.PIECE - 1}/{3 * files.PIECE}"


def test_a_download_keeps_its_name_in_any_language(app: Flask) -> None:
    disposition = sent(app, name="证书 S1.pdf").headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="__ S1.pdf"')
    assert disposition.endswith("filename*=UTF-8''%E8%AF%81%E4%B9%A6%20S1.pdf")


@pytest.mark.parametrize("name", ['a"; x="b', "a\r\nSet-Cookie: b=1", "a\\b"])
def test_a_name_cannot_break_out_of_its_header(app: Flask, name: str) -> None:
    plain = sent(app, name=name).headers["Content-Disposition"].split('"')[1]
    assert not set(plain) & set('"\\\r\n')


def test_a_file_with_a_known_hash_is_asked_for_once(app: Flask) -> None:
    first = sent(app, etag="abc")
    assert "immutable" in first.headers["Cache-Control"]
    with app.test_request_context(headers={"If-None-Match": first.headers["ETag"]}):
        again = files.send_bytes(BODY, mime="application/pdf", etag="abc")
    assert again.status_code == 304


def test_a_large_file_is_left_to_the_server(app: Flask, tmp_path: Path) -> None:
    film = tmp_path / "film"
    film.write_bytes(b"x" * (files.PIECE + 1))
    given = {"wsgi.file_wrapper": FileWrapper}
    with app.test_request_context(environ_overrides=given):
        reply = files.send_path(film, mime="video/mp4", name="片.mp4", is_shown=True)
        assert isinstance(reply.response, FileWrapper)
        assert sum(map(len, reply.response)) == reply.content_length == files.PIECE + 1
        reply.close()
    assert reply.headers["Content-Disposition"].startswith("inline;")
