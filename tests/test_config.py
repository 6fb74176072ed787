import sqlite3
import stat
from dataclasses import fields
from pathlib import Path

import pytest

from lms import config
from lms.config import Settings
from lms.core import db
from scripts import settings_table


def test_everything_has_a_default_and_lies_in_one_folder(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    settings = Settings.from_env({"LMS_DATA_DIR": str(folder)})
    assert settings.database_url == f"sqlite:///{folder}/lms.sqlite"
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600
    assert len(settings.secret_key) >= 32


def test_nothing_has_to_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "DATA_DIR", tmp_path / "instance")
    settings = Settings.from_env({})
    assert settings.data_dir == tmp_path / "instance"
    assert settings.base_url == "http://127.0.0.1:8000"


def test_the_secret_key_is_made_once(tmp_path: Path) -> None:
    first, second = (Settings.from_env({"LMS_DATA_DIR": str(tmp_path)}) for _ in range(2))
    assert first == second
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_values_are_typed(tmp_path: Path) -> None:
    settings = Settings.from_env(
        {"LMS_DATA_DIR": str(tmp_path), "LMS_DEMO": "no", "LMS_UPLOAD_LIMIT_MB": "9"}
    )
    assert (settings.demo, settings.upload_limit_mb) == (False, 9)


def test_a_file_in_the_data_directory_is_read_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('port = 9000\nproduct_name = "学堂"\n', "utf-8")
    settings = Settings.from_env({"LMS_DATA_DIR": str(tmp_path), "LMS_PORT": "9100"})
    assert (settings.port, settings.product_name) == (9100, "学堂")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LMS_UPLOAD_LIMIT_MB", "many"),
        ("LMS_DEMO", "perhaps"),
        ("LMS_LANGUAGE", "en"),
        ("LMS_LANGUAGES", "zh,fr"),
        ("LMS_TIME_ZONE", "Asia/Atlantis"),
        ("LMS_WEB_PROCESSES", "0"),
        ("LMS_WEB_PROCESSES", "65"),
        ("LMS_THREADS", "0"),
        ("LMS_SECRET_KEY", "short"),
        ("LMS_DATABASE_URL", "sqlite:///file:site.sqlite?mode=rwc&uri=true"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(SystemExit, match=name):
        Settings.from_env({"LMS_DATA_DIR": str(tmp_path), name: value})


def test_a_wrong_setting_in_the_file_is_named_too(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("colour = 1\n", "utf-8")
    with pytest.raises(SystemExit, match="LMS_COLOUR"):
        Settings.from_env({"LMS_DATA_DIR": str(tmp_path)})


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("port =\n", "utf-8")
    with pytest.raises(SystemExit, match=r"settings\.toml"):
        Settings.from_env({"LMS_DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize("url", ["sqlite:///site.sqlite", "sqlite:///base/site.sqlite?timeout=5"])
def test_a_relative_database_lies_in_the_data_directory(tmp_path: Path, url: str) -> None:
    """Written out: everyone who opens it, and who must not, then means the same file."""
    settings = Settings.from_env({"LMS_DATA_DIR": str(tmp_path), "LMS_DATABASE_URL": url})
    assert settings.database_url == url.replace("sqlite:///", f"sqlite:///{tmp_path}/")


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////srv/site.sqlite",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql+psycopg://lms:a@db/lms",
        "postgresql+psycopg:///lms?host=/run/postgresql",
    ],
)
def test_any_other_database_stays_what_was_set(tmp_path: Path, url: str) -> None:
    given = {"LMS_DATA_DIR": str(tmp_path), "LMS_DATABASE_URL": url}
    assert Settings.from_env(given).database_url == url


def test_cookies_are_for_tls_only_when_people_come_over_tls(tmp_path: Path) -> None:
    here = {"LMS_DATA_DIR": str(tmp_path)}
    assert not Settings.from_env(here).is_https
    assert Settings.from_env(here | {"LMS_PUBLIC_URL": "https://lms.example/"}).is_https


def test_an_old_sqlite_is_replaced_where_there_is_a_newer_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("pysqlite3")
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    assert db.engine_options("sqlite:////x")["module"].sqlite_version_info >= db.SAFE_SQLITE
    monkeypatch.setattr(sqlite3, "sqlite_version_info", db.SAFE_SQLITE)
    assert "module" not in db.engine_options("sqlite:////x")


def test_the_manual_says_what_each_setting_means() -> None:
    assert settings_table.TARGET.read_text("utf-8") == settings_table.table()
    assert all(f"`LMS_{each.name.upper()}`" in settings_table.table() for each in fields(Settings))
