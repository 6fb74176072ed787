"""What happens before the first page is served: database and content are brought up to date.

All of it may be done again and again: what is done already is left alone.
"""

import hashlib
import logging
from pathlib import Path

from sqlalchemy import func, select

import lms
from lms.accounts import services
from lms.accounts.models import Person
from lms.admin.backup import creating, services as backups, snapshots
from lms.admin.backup.errors import sentence
from lms.admin.demo import loading as demo
from lms.config import Settings
from lms.core import content, keys, schema
from lms.core.audit import AuditEntry
from lms.core.db import db
from lms.core.errors import LmsError
from lms.courses.models import Programme

log = logging.getLogger(__name__)

STAMP = "content.stamp"
"""In the data directory: what was imported last, so that a start with nothing new is quick."""


def prepare(settings: Settings) -> str:
    """Migrate, import the curriculum, make the demo on an empty machine.

    Returns:
        What to tell whoever started it: where the site is, and how to sign in.

    Raises:
        SystemExit: there is no curriculum, and the files have errors; each is named.
    """
    keys.ensure()
    _migrate()
    _bring_in_content(settings)
    if settings.demo and not _count(Person):
        _load_demo()
    return _welcome(settings)


def _migrate() -> None:
    """Bring the database up to this release; one with data in it is backed up before.

    The backup is tried out by migrating the copy, so an update that fails has touched nothing.
    """
    with db.engine.connect() as connection:
        revision = snapshots.revision_of(connection)
    if revision == schema.head():
        return
    if not revision:
        schema.upgrade()
        return
    if not schema.is_known(revision):
        raise SystemExit(f"The database is of revision {revision}, which this release does not "
                         f"know: it goes up to {schema.head()}. Install the later release.")  # fmt: skip
    print(f"The database is of an earlier release ({revision}): a backup is made first.")
    report = creating.create()
    if not report.is_verified:
        said = "\n".join(map(sentence, report.findings))
        raise SystemExit(f"{said}\nThere is no backup, so the database was not touched. To go on "
                         "without one: flask --app app db upgrade")  # fmt: skip
    print(f"Backup: {report.file}. Now the database is brought to {schema.head()}.")
    schema.upgrade()
    backups.note_run(report, actor_id=None)


def _bring_in_content(settings: Settings) -> None:
    stamp = settings.data_dir / STAMP
    files = _fingerprint(settings)
    if stamp.exists() and stamp.read_text("ascii") == f"{files} {_last_import()}":
        return
    try:
        content.bring_in(content.Tree(settings.content_dir, settings.own_values))
    except content.ContentRefusedError as error:
        findings = "\n".join(map(str, error.findings))
        if not _count(Programme):
            raise SystemExit(
                f"{findings}\nThe curriculum has errors: flask content check"
            ) from None
        # A slip in a file must not keep people from learning what was there before.
        log.error("content not imported, the earlier one is served:\n%s", findings)  # noqa: TRY400
        return
    stamp.write_text(f"{files} {_last_import()}", "ascii")


def _load_demo() -> None:
    try:
        demo.load()
    except LmsError as error:  # another curriculum than ours: then there is nothing to show
        log.warning("no demo organisation: %s", error)


def _fingerprint(settings: Settings) -> str:
    """Return a hash over the content's files and over the code that reads them."""
    whole, folder = hashlib.sha256(), settings.content_dir
    if settings.own_values:
        whole.update(settings.own_values.read_bytes())
    code = Path(lms.__file__).parent
    for root, pattern in ((folder, "*"), (code, "*.py")):
        for path in sorted(each for each in root.rglob(pattern) if each.is_file()):
            whole.update(str(path.relative_to(root)).encode() + b"\0")
            whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def _last_import() -> int:
    """Return the number of the import that the database's content is from; 0 if there was none.

    Part of the stamp: a database that was restored or begun anew has another one.
    """
    imports = select(func.max(AuditEntry.id)).filter_by(action="content.imported")
    return db.session.scalar(imports) or 0


def _count(table: type[Person | Programme]) -> int:
    return db.session.scalars(select(func.count()).select_from(table)).one()


def _welcome(settings: Settings) -> str:
    lines = ["", f"Stairway · 阶梯学堂 {lms.__version__}", f"  open    {settings.base_url}"]
    if accounts := demo.accounts_text():
        kept = settings.data_dir / demo.FILE
        first, *others = accounts.splitlines()
        lines.append(f"  demo    {first}")
        lines += [f"          {each}" for each in others]
        lines.append(f"          (made up people; kept in {kept}; flask demo clear removes them)")
    if link := services.first_start_link():
        lines.append(f"  set up  {link}")
        lines.append("          makes the administrator; works once, for 30 minutes")
    lines.append(f"  data    {settings.data_dir}")
    return "\n".join([*lines, ""])
