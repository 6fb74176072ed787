"""Commands for reports. For operators, who see everything; the files speak both languages."""

from datetime import date, datetime
from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from lms.core import clock, text
from lms.reports import cover, files, frames, queries
from lms.reports.cover import Report
from lms.reports.errors import ReportRefusedError
from lms.reports.rules import Spec
from lms.web import i18n

group = AppGroup("reports", help="What the training achieved.")


@group.command("effectiveness")
@click.option("--programme", required=True, help="Code of the programme.")
@click.option("--stage", help="Code of one of its stages; all of them by default.")
@click.option("--unit", help="Code of a unit, with all below it; everyone by default.")
@click.option("--since", help="First day, such as 2026-09-01.")
@click.option("--until", help="Last day, inclusive.")
@click.option("--lang", "language", type=click.Choice(cover.LANGUAGES), default="zh")
@click.option("--format", "form", type=click.Choice(list(files.MIMES)), required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The new file.")
def effectiveness(  # noqa: PLR0913  each is an option
    *,
    programme: str,
    stage: str | None,
    unit: str | None,
    since: str | None,
    until: str | None,
    language: str,
    form: str,
    out: Path,
) -> None:
    """Write an effectiveness report as a file, as of now. It is not kept."""
    spec = Spec(programme, stage, unit, _day(since), _day(until), language)
    if not out.parent.is_dir():
        raise click.ClickException(f"there is no folder {out.parent}; make it first")
    at = clock.now()
    with force_locale("en"):
        try:
            report = _report(spec, at)
        except ReportRefusedError as error:
            raise click.ClickException(str(error)) from None
    with force_locale(language):
        files.write(report, form, out)
    if report.figures["is_empty"]:
        click.echo("nothing happened in this period: choose another period or unit", err=True)
    as_of = report.as_of.astimezone(i18n.zone()).isoformat(" ", "minutes")
    click.echo(f"{out}: {report.figures['total']['enrolled']} enrolled, as of {as_of}")


def _report(spec: Spec, at: datetime) -> Report:
    chosen = queries.selection(spec, actor=None, at=at)
    figures = frames.compute(chosen)
    return Report(
        spec=spec,
        title=cover.title(figures),
        figures=figures,
        digest=text.digest(figures),
        as_of=chosen.as_of,
        made_at=at,
        made_by="",
    )


def _day(typed: str | None) -> date | None:
    if typed is None:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise click.ClickException(f"{typed!r} is not a day such as 2026-09-01") from None
