"""What happens before the first page is served: database and content are brought up to date.

All of it may be done again and again: what is done already is left alone.
"""

import flask_migrate
from sqlalchemy import func, select

import lms
from lms.accounts import services
from lms.accounts.models import Person
from lms.admin import demo
from lms.config import PROJECT, Settings
from lms.core import content
from lms.core.db import db


def prepare(settings: Settings) -> str:
    """Migrate, import the curriculum, make the demo on an empty machine.

    Returns:
        What to tell whoever started it: where the site is, and how to sign in.

    Raises:
        SystemExit: the content has errors; each is named.
    """
    flask_migrate.upgrade(directory=str(PROJECT / "migrations"))
    _bring_in_content(settings)
    if settings.demo and not _people():
        demo.load()
    return _welcome(settings)


def _bring_in_content(settings: Settings) -> None:
    try:
        content.bring_in(content.Tree(settings.content_dir))
    except content.ContentRefusedError as error:
        raise SystemExit("\n".join(map(str, error.findings))) from None


def _people() -> int:
    return db.session.scalars(select(func.count()).select_from(Person)).one()


def _welcome(settings: Settings) -> str:
    lines = ["", f"Stairway · 阶梯学堂 {lms.__version__}", f"  open    {settings.base_url}"]
    if accounts := demo.accounts_text():
        kept = settings.data_dir / demo.FILE
        lines.append(f"  demo    {accounts.strip()}   (a trainee; kept in {kept})")
    if link := services.first_start_link():
        lines.append(f"  set up  {link}")
        lines.append("          makes the administrator; works once, for 30 minutes")
    lines.append(f"  data    {settings.data_dir}")
    return "\n".join([*lines, ""])
