import gzip
import re
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from lms.web.assets import asset


def address_of(app: Flask, name: str) -> str:
    with app.test_request_context():
        return asset(name)


def test_the_address_of_a_file_changes_with_its_content(app: Flask) -> None:
    assert re.fullmatch(r"/static/app\.css\?v=[0-9a-f]{12}", address_of(app, "app.css"))
    assert address_of(app, "app.css") != address_of(app, "tokens.css")


def test_a_browser_keeps_a_file_for_ever(app: Flask, client: FlaskClient) -> None:
    reply = client.get(address_of(app, "app.css"))
    assert "immutable" in reply.headers["Cache-Control"]


def test_an_address_of_another_release_is_kept_briefly(client: FlaskClient) -> None:
    reply = client.get("/static/app.css?v=000000000000")
    assert reply.status_code == 200
    assert "immutable" not in reply.headers["Cache-Control"]


def test_a_file_is_compressed_for_who_asks(client: FlaskClient) -> None:
    plain = client.get("/static/app.css")
    packed = client.get("/static/app.css", headers={"Accept-Encoding": "gzip, br"})
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"


def test_a_browser_that_signs_in_keeps_its_files(client: FlaskClient) -> None:
    assert "Cookie" not in client.get("/static/app.css").headers["Vary"]


def test_a_script_is_a_script_whatever_the_system_thinks(client: FlaskClient) -> None:
    assert client.get("/static/ui.js").mimetype == "text/javascript"


def test_an_unchanged_file_is_not_sent_again(client: FlaskClient) -> None:
    etag = client.get("/static/ui.js").headers["ETag"]
    assert client.get("/static/ui.js", headers={"If-None-Match": etag}).status_code == 304


def test_nothing_outside_the_folder_is_served(app: Flask, client: FlaskClient) -> None:
    assert Path(app.root_path, "config.py").exists()
    for name in ("../config.py", "..%2fconfig.py", "%2e%2e/config.py", "vendor"):
        assert client.get(f"/static/{name}").status_code == 404
