"""Settings: every one of them, its type and its default, in one place."""

import os
import re
import secrets
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import mkstemp
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo

PROJECT = Path(__file__).resolve().parent.parent
DATA_DIR = PROJECT / "instance"
SETTINGS_FILE = "settings.toml"
"""In the data directory; names without ``LMS_``, in small letters. The environment wins."""
OWN_VALUES = "variables.yaml"
SHORTEST_SECRET = 32
MOST_PROCESSES = 64
SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator may change: ``LMS_<NAME>`` variables, or `SETTINGS_FILE`."""

    data_dir: Path = DATA_DIR
    """Everything that the application writes lies in here."""
    content_dir: Path = PROJECT / "content"
    """The curriculum as files."""
    content_variables: str = OWN_VALUES
    """File with the organisation's own values (company, product, service levels), which stand in the
    place of those in the curriculum. A relative name lies in `data_dir`; the default need not exist.
    """
    secret_key: str
    """Signs cookies and links. Default: made at the first start and kept in `data_dir`."""
    database_url: str
    """SQLAlchemy URL. Default: a SQLite file in `data_dir`, where a relative name lies as well;
    PostgreSQL for more than one host.
    """
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = 8000
    """Port to listen on."""
    web_processes: int = 2
    """Web processes. More than there are processors are of no use."""
    threads: int = 8
    """Threads of each web process."""
    public_url: str = ""
    """Where people reach the site; goes into links, mails and QR codes. Default: host and port."""
    languages: str = "zh,en"
    """Comma-separated; the first is the default."""
    time_zone: str = "Asia/Shanghai"
    """Time zone of the organisation: dates on pages, due dates and the end of a certificate."""
    product_name: str = ""
    """Name of the site; empty: 阶梯学堂 · Stairway."""
    issuer_zh: str = "岚汀软件培训认证中心"
    """Who issues certificates, in Chinese."""
    issuer_en: str = "Lanting Software Training Centre"
    """Who issues certificates, in English."""
    certificate_privacy: str = "code"
    """Who sees a new certificate at ``/v/``: whoever has its number (``public``), its code
    (``code``), or nobody (``private``). Its holder may choose otherwise.
    """
    mail_server: str = ""
    """``smtp://user:password@host:25`` or ``smtps://…``; empty: links are shown to the administrator."""
    mail_from: str = "stairway@localhost"
    """Sender of mails."""
    grace_seconds: int = 30
    """How long after the deadline an answer still counts; covers the network, never shown."""
    idle_minutes: int = 480
    """A sign-in that was not used for so long ends."""
    session_days: int = 14
    """A sign-in ends after so many days, used or not."""
    upload_limit_mb: int = 512
    """Largest request that is taken in."""
    trusted_proxies: int = 0
    """Reverse proxies in front, whose X-Forwarded headers are believed."""
    log_format: str = "text"
    """Lines on stderr: ``text``, for people, or ``json``, for what collects them."""
    slow_statement_ms: int = 250
    """A database statement that takes so long or longer is logged, without its values; 0: none."""
    metrics: str = "off"
    """Who may read ``/metrics``: nobody, this host (``local``), or who sends ``token:<16 or more>``."""
    backup_dir: str = ""
    """Folder of the nightly backups; better on another disk. Default: ``backups`` in `data_dir`."""
    backup_at: int = 3
    """Hour, from 0 to 23 in `time_zone`, at which a backup is made each night; -1: none is made."""
    backup_keep: str = "12,5,7"
    """How many of the latest months, weeks and days keep a backup each; older ones are removed."""
    demo: bool = True
    """Whether `make run` on an empty machine loads the marked demo organisation."""

    @property
    def own_values(self) -> Path | None:
        """The file of the organisation's own values; None if there is none."""
        path = self.data_dir / self.content_variables
        return path if path.is_file() else None

    @property
    def base_url(self) -> str:
        """Where people reach the site, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def is_https(self) -> bool:
        """Whether people reach the site over TLS: cookies are then sent over TLS only."""
        return self.base_url.startswith("https://")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the environment and the settings file; make data directory and secret if missing.

        Raises:
            SystemExit: a setting is unknown or has no such value; the message names it.
        """
        types = get_type_hints(cls)
        known = {f"LMS_{each.name.upper()}": each.name for each in fields(cls)}
        given = {name: text for name, text in environ.items() if name.startswith("LMS_")}
        folder = Path(given.get("LMS_DATA_DIR", DATA_DIR)).resolve()
        given = _from_file(folder / SETTINGS_FILE) | given
        if unknown := given.keys() - known.keys():
            raise SystemExit(f"unknown setting: {', '.join(sorted(unknown))}")
        values: dict[str, Any] = {"data_dir": folder}
        for name, text in given.items():
            try:
                values[known[name]] = PARSERS[types[known[name]]](text)
            except ValueError as error:
                raise SystemExit(f"{name}: {error}") from None
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        values["database_url"] = _absolute(
            values.get("database_url", "sqlite:///lms.sqlite"), folder
        )
        if "secret_key" not in values:
            values["secret_key"] = _kept_secret(folder / "secret_key")
        settings = cls(**values)
        settings.refuse_nonsense()
        return settings

    def refuse_nonsense(self) -> None:
        """Refuse what parses but cannot work.

        Raises:
            SystemExit: naming the setting.
        """
        if len(self.secret_key) < SHORTEST_SECRET:
            raise SystemExit(f"LMS_SECRET_KEY: needs {SHORTEST_SECRET} characters at least")
        self._refuse_numbers()
        try:
            ZoneInfo(self.time_zone)
        except (KeyError, ValueError):
            raise SystemExit(f"LMS_TIME_ZONE: unknown zone {self.time_zone!r}") from None
        if self.log_format not in {"text", "json"}:
            raise SystemExit(f"LMS_LOG_FORMAT: neither text nor json: {self.log_format!r}")
        if self.certificate_privacy not in {"public", "code", "private"}:
            raise SystemExit("LMS_CERTIFICATE_PRIVACY: public, code or private")
        word, _, token = self.metrics.partition(":")
        if self.metrics not in {"off", "local"} and (
            word != "token" or len(token) < SHORTEST_TOKEN
        ):
            raise SystemExit(
                "LMS_METRICS: off, local, or token: followed by at least"
                f" {SHORTEST_TOKEN} characters"
            )
        if self.own_values is None and self.content_variables != OWN_VALUES:
            raise SystemExit(f"LMS_CONTENT_VARIABLES: there is no file {self.content_variables!r}")
        if set(self.languages.split(",")) - {"zh", "en"}:
            raise SystemExit("LMS_LANGUAGES: only zh and en are known")
        if not re.fullmatch(r"\d{1,4},\d{1,4},[1-9]\d{0,3}", self.backup_keep):
            raise SystemExit("LMS_BACKUP_KEEP: three numbers, such as 12,5,7; one day at least")

    def _refuse_numbers(self) -> None:
        """Refuse numbers that nothing can be made of."""
        if not 1 <= self.web_processes <= MOST_PROCESSES:
            raise SystemExit(f"LMS_WEB_PROCESSES: from 1 to {MOST_PROCESSES}")
        if self.threads < 1:
            raise SystemExit("LMS_THREADS: 1 at least")
        if not -1 <= self.backup_at <= 23:  # noqa: PLR2004  the last hour of a day
            raise SystemExit("LMS_BACKUP_AT: an hour from 0 to 23, or -1")


def _absolute(url: str, folder: Path) -> str:
    """Return a database's URL with the whole path of a SQLite file, wherever one is at the moment.

    Raises:
        SystemExit: SQLite is to read the path as a URI, and who locks the file could not tell it.
    """
    scheme, slashes, name = url.partition(":///")
    if not scheme.startswith("sqlite") or not slashes:
        return url
    path, mark, query = name.partition("?")
    if path.startswith("file:") or "uri=" in query:
        raise SystemExit("LMS_DATABASE_URL: a path is needed, not a URI with file:")
    if path in {"", ":memory:"}:
        return url
    return f"{scheme}:///{folder / path}{mark}{query}"


def _from_file(path: Path) -> dict[str, str]:
    """Return the settings of a file, named as in the environment; nothing if there is none."""
    if not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SystemExit(f"{path}: {error}") from None
    return {f"LMS_{name.upper()}": str(value) for name, value in table.items()}


def _parse_bool(text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.lower() not in words:
        raise ValueError(f"neither true nor false: {text!r}")
    return words[text.lower()]


def _parse_int(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"not a whole number: {text!r}") from None


PARSERS: dict[type, Callable[[str], Any]] = {
    str: str,
    int: _parse_int,
    bool: _parse_bool,
    Path: lambda text: Path(text).resolve(),
}


def _kept_secret(path: Path) -> str:
    """Return the secret in a file that only its owner can read; make it if there is none."""
    if not path.exists():
        descriptor, draft = mkstemp(dir=path.parent)  # readable by its owner only
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # two processes start at once: the first one's stays
            os.link(draft, path)
        Path(draft).unlink()
    return path.read_text(encoding="ascii")
