"""Commands: make a backup, verify one, restore one."""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from flask_babel import gettext as _, ngettext
from sqlalchemy.exc import DBAPIError

from lms.admin.backup import creating, examining, restoring, services, trying
from lms.admin.backup.creating import Report
from lms.admin.backup.errors import Finding, sentence
from lms.core.errors import LmsError

group = AppGroup("backup", help="Backups: make, verify, restore.")
_ARCHIVE = click.argument("file", type=click.Path(path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@group.command("create")
@click.option("--to", type=click.Path(path_type=Path), help="A folder; LMS_BACKUP_DIR by default.")
@_JSON
def create(to: Path | None, *, as_json: bool) -> None:
    """Make a backup while the site is in use, and try it out. Ends with 1 if it is not good."""
    os.nice(10)  # whoever serves people comes first
    report = creating.create(to)
    services.note_run(report, actor_id=None)
    if as_json:
        click.echo(json.dumps(_as_json(report), ensure_ascii=False))
    else:
        _tell(report)
    sys.exit(0 if report.is_verified else 1)


@group.command("verify")
@_ARCHIVE
@_JSON
def verify(file: Path, *, as_json: bool) -> None:
    """Restore a backup into a scratch place and examine it. Ends with 1 if it is not good."""
    findings = trying.findings_of(file)
    if as_json:
        told = {"file": str(file), "verified": not findings, "findings": _findings(findings)}
        click.echo(json.dumps(told, ensure_ascii=False))
    elif findings:
        _complain(findings)
    else:
        click.echo(_("%(file)s is whole.", file=file))
    sys.exit(1 if findings else 0)


@group.command("restore")
@_ARCHIVE
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: Path, *, yes: bool) -> None:
    """Put a backup in place of the data. What is there now is kept aside; everyone is signed out."""
    try:
        with restoring.prepared(file) as copy:
            click.echo(_("Backup of %(instant)s:", instant=copy.manifest.made_at))
            _sum_up(copy.summary)
            if not yes:
                click.confirm(_("Put it in place of what is there now?"), abort=True)
            done = restoring.exchange(copy, file)
    except LmsError as error:
        raise click.ClickException(str(error)) from None
    except DBAPIError as error:
        raise click.ClickException(sentence(("no-database", {"said": str(error.orig)}))) from None
    click.echo(_("Restored. Everyone is signed out. What was there is kept in %(place)s.",
                 place=done.kept_in))  # fmt: skip
    if done.has_other_settings:
        click.echo(_("The settings of this machine stay; those of the backup are beside them in "
                     "%(file)s.", file=restoring.FROM_BACKUP))  # fmt: skip


@group.command("examine", hidden=True)
@_ARCHIVE
def examine(file: Path) -> None:
    """Examine the site at hand; its rows are compared with a file. For `trying` alone."""
    os.nice(10)  # whoever serves people comes first
    found = examining.examine(json.loads(file.read_text("utf-8")))
    click.echo(json.dumps(found.as_json()))


def _tell(report: Report) -> None:
    if report.file is None:
        _complain(report.findings)
        click.echo(_("No backup was made."), err=True)
        return
    megabytes = f"{(report.size_bytes or 0) / trying.MEGABYTE:.1f}"
    if report.is_verified:
        click.echo(_("%(file)s, %(size)s MB, restored and found to be whole.",
                     file=report.file, size=megabytes))  # fmt: skip
        click.echo(f"sha256 {report.sha256}")
        _sum_up(report.summary)
        return
    _complain(report.findings)
    click.echo(_("The backup failed. What there is of it is kept as %(file)s.", file=report.file),
               err=True)  # fmt: skip


def _complain(findings: Iterable[Finding]) -> None:
    for each in findings:
        click.echo(sentence(each), err=True)


def _sum_up(summary: Mapping[str, Any]) -> None:
    people, attempts = summary["people"], summary["attempts"]
    click.echo("  " + ngettext("%(num)d person", "%(num)d people", people))
    click.echo("  " + ngettext("%(num)d attempt", "%(num)d attempts", attempts) + ", " +
               _("last answer %(instant)s", instant=summary["last_answer_at"] or "–"))  # fmt: skip
    count = summary["certificates"]
    click.echo("  " + ngettext("%(num)d certificate", "%(num)d certificates", count))
    entries, head = summary["record_entries"], summary["chain_heads"]
    click.echo("  " + _("training records: %(count)d entries, heads %(hash)s",
                        count=entries, hash=head))  # fmt: skip
    entries, head = summary["audit_entries"], summary["audit_head"] or "–"
    click.echo("  " + _("audit log: %(count)d entries, head %(hash)s", count=entries, hash=head))


def _findings(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [
        {"reason": each[0], "context": each[1], "sentence": sentence(each)} for each in findings
    ]


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "file": str(report.file) if report.file else None,
        "size_bytes": report.size_bytes,
        "sha256": report.sha256,
        "verified": report.is_verified,
        "findings": _findings(report.findings),
        "summary": report.summary,
        "seconds": report.seconds,
    }
