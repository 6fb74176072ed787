"""Commands for the content files: check, import, export. For operators and authors, in English."""

import json
import time
from pathlib import Path

import click
from flask.cli import AppGroup

from lms.core import content, site
from lms.core.content import Counts, Tree

group = AppGroup("content", help="The curriculum as files: check, import, export.")
_FROM = click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path),
    help="Folder of the files; the setting LMS_CONTENT_DIR by default.",
)


@group.command("check")
@_FROM
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(folder: Path | None, *, as_json: bool) -> None:
    """Say what is wrong with the files. Ends with 1 if there are errors. Needs no database."""
    tree = _tree(folder)
    findings = content.check(tree)
    told = content.report(tree, findings)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(str(finding))
        sizes = ", ".join(f"{count} {kind}" for kind, count in told["counts"].items())
        click.echo(f"{sizes}: {told['errors']} errors, {told['warnings']} warnings")
    if told["errors"]:
        raise SystemExit(1)


@group.command("import")
@_FROM
def import_(folder: Path | None) -> None:
    """Bring the files in: what changed becomes a new version, the rest stays as it is."""
    began = time.monotonic()
    try:
        done = content.bring_in(_tree(folder))
    except content.ContentRefusedError as error:
        for finding in error.findings:
            click.echo(str(finding), err=True)
        click.echo(f"{len(error.findings)} errors: nothing was imported", err=True)
        raise SystemExit(1) from None
    for kind, counts in done.items():
        click.echo(f"{kind}: {_said(counts)}")
    click.echo(f"imported in {time.monotonic() - began:.1f} s")


@group.command("export")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="An empty folder.")
def export(out: Path) -> None:
    """Write the published versions as files again."""
    try:
        count = content.write_out(out)
    except FileExistsError:
        raise click.ClickException(f"{out} is not an empty folder; name another one") from None
    click.echo(f"{count} files in {out}")


def _tree(folder: Path | None) -> Tree:
    settings = site.settings()
    return Tree(folder or settings.content_dir, settings.own_values)


def _said(counts: Counts) -> str:
    gone = f", no longer in the files: {', '.join(counts.gone)}" if counts.gone else ""
    names = ", ".join(counts.superseded)
    lost = f", edited here and now replaced by the files: {names}" if names else ""
    kept = f", kept: changed on this site: {', '.join(counts.kept)}" if counts.kept else ""
    return (
        f"{counts.added} new, {counts.changed} changed, {counts.same} as before{gone}{lost}{kept}"
    )
