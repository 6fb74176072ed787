"""Writes docs/permissions.md from `lms.permissions`; a test compares the two."""

from pathlib import Path

from lms.accounts import login
from lms.permissions import PERMISSIONS

TARGET = Path(__file__).resolve().parent.parent / "docs" / "permissions.md"
HEAD = """# Who may open which page

Made from `lms/permissions.py` by `python -m scripts.permissions_table`; a test compares the two.

The application refuses to start when a page is missing in that table. Which rows somebody sees on
a page that they may open is decided by the query behind it: what is not theirs looks exactly like
what does not exist.

| Endpoint | For |
|---|---|
"""


def who(endpoint: str) -> str:
    """Return in words whom an endpoint is for."""
    roles = PERMISSIONS[endpoint]
    if roles is login.PUBLIC:
        return "everyone"
    if roles == login.ANYONE:
        return "everyone signed in"
    return ", ".join(sorted(roles))


def table() -> str:
    """Return what docs/permissions.md has to say."""
    return HEAD + "".join(f"| `{each}` | {who(each)} |\n" for each in PERMISSIONS)


if __name__ == "__main__":
    TARGET.write_text(table(), encoding="utf-8")
