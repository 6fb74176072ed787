"""Writes docs/settings.md from `lms.config.Settings`, so that the manual cannot be out of date."""

import ast
import sys
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "settings.md"
HEAD = """# Settings

Made from `lms/config.py` by `python -m scripts.settings_table`; a test compares the two.

A setting is an environment variable, or a line in `settings.toml` in the data directory, written
without `LMS_` and in small letters (`port = 9000`). The environment wins. An unknown name stops
the start and is named, and so does a value that cannot be.

| Setting | Type | Default | Meaning |
|---|---|---|---|
"""
DEFAULTS = {
    "data_dir": "`instance/`",
    "content_dir": "`content/`",
    "content_variables": "`variables.yaml`",
}
"""What stands for a default that depends on where the product lies."""


def table() -> str:
    """Return what docs/settings.md has to say."""
    module = ast.parse((ROOT / "lms" / "config.py").read_text(encoding="utf-8"))
    classes = [each for each in module.body if isinstance(each, ast.ClassDef)]
    body = next(each for each in classes if each.name == "Settings").body
    rows = []
    for given, meaning in pairwise(body):
        if isinstance(given, ast.AnnAssign) and isinstance(meaning, ast.Expr):
            rows.append(_row(given, meaning))
    return HEAD + "\n".join(rows) + "\n"


def _row(given: ast.AnnAssign, meaning: ast.Expr) -> str:
    name = ast.unparse(given.target)
    shown = f"`{ast.unparse(given.value)}`".replace("'", "") if given.value else ""
    shown = DEFAULTS.get(name, "" if shown == "``" else shown)
    words = " ".join(str(ast.literal_eval(meaning.value)).replace("``", "`").split())
    kind = {"Path": "folder", "str": "text", "int": "number", "bool": "yes or no"}
    row = [f"`LMS_{name.upper()}`", kind[ast.unparse(given.annotation)], shown, words]
    return "| " + " | ".join(row) + " |"


if __name__ == "__main__":
    TARGET.write_text(table(), encoding="utf-8")
    sys.exit(0)
