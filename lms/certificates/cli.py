"""Commands for certificates and the keys that they are signed with."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from lms.accounts import queries as accounts
from lms.certificates import (
    checking,
    document,
    look,
    queries,
    rules,
    services,
    signing,
    specimen,
    template_queries,
    words,
)
from lms.certificates.errors import MissingGlyphError
from lms.certificates.look import Look
from lms.core import keys, pdf
from lms.core.errors import LmsError
from lms.core.keys import Kind

group = AppGroup("certificates", help="Certificates: issue, export, verify; signing keys.")
keys_group = AppGroup("keys", help="The keys that certificates are signed with.")
group.add_command(keys_group)


@group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def list_(*, as_json: bool) -> None:
    """List every certificate, latest first, with what it is worth today."""
    rows = [
        {
            "serial": each.serial,
            "holder": each.snapshot["name"],
            "title": each.title,
            "issued_at": each.awarded_at.isoformat(),
            "valid_until": each.valid_until.isoformat() if each.valid_until else None,
            "state": each.state.value,
            "pdf_sha256": each.pdf_sha256,
        }
        for each in queries.all_certificates()
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        until = row["valid_until"] or "no expiry"
        click.echo(f"{row['serial']}  {row['state']:<10}  {until:<10}  {row['holder']}")


@group.command("export")
@click.argument("serial")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
def export(serial: str, out: Path) -> None:
    """Write the PDF of the certificate SERIAL to a file, as it was issued."""
    shown = queries.certificate_with(_serial(serial))
    if shown is None:
        raise click.ClickException(f"there is no certificate {serial}")
    content = queries.pdf_of(shown.id)
    if content is None:
        raise click.ClickException("its PDF is still being made: flask jobs work --until-empty")
    _write(out, content)
    click.echo(f"{len(content)} bytes in {out}")


@group.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(file: Path, *, as_json: bool) -> None:
    """Say whether FILE, a PDF, PNG or JSON, is what was issued here and good today.

    Exit status 1 if anything speaks against it.
    """
    with file.open("rb") as opened:
        checked = checking.check(opened.read(checking.MOST_BYTES + 1))
    report = checked.report
    if checked.address is not None:
        report.problems.append("missing-credential")  # a photo proves nothing by itself
    if as_json:
        click.echo(json.dumps(report.as_dict(), ensure_ascii=False))
    else:
        with force_locale("en"):
            click.echo(f"{report.serial or file.name}: {report.state}, {report.integrity}")
            for code in report.problems:
                click.echo(f"  {code}: {words.PROBLEMS[code]}")
    if report.problems:
        sys.exit(1)


@group.command("preview")
@click.option("--template", default=look.FORMAL, help="A ready design, or a template's code.")
@click.option("--name", required=True, help="The name to print.")
@click.option("--latin", default="", help="The name in Latin letters.")
@click.option("--locale", type=click.Choice(look.LANGUAGES), help="Else the template's own.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True)
def preview(template: str, name: str, latin: str, locale: str | None, out: Path) -> None:
    """Write a certificate of a made-up person, marked as a specimen and not signed."""
    chosen = _look(template)
    if locale is not None:
        chosen = replace(chosen, languages=locale)
    sample = specimen.snapshot(name, latin)
    with force_locale("en"):
        if missing := document.unprintable(sample, chosen):
            raise click.ClickException(str(MissingGlyphError.of(missing)))
    try:
        content = document.render(sample, look=chosen)
    except pdf.PdfError as error:
        raise click.ClickException(str(error)) from None
    _write(out, content)
    click.echo(f"a specimen in {out}")


@group.command("issue")
@click.argument("kind")
@click.argument("people", nargs=-1, required=True)
@click.option("--reason", required=True, help="Why it is issued by hand; the audit log keeps it.")
@click.option("--by", "login", help="Sign-in name of whoever decided it.")
def issue(kind: str, people: tuple[str, ...], reason: str, login: str | None) -> None:
    """Issue certificates of one KIND by hand, to PEOPLE (staff numbers or sign-in names).

    To all of them or to nobody.
    """
    actor = None
    if login is not None and (actor := accounts.person_with_login(login)) is None:
        raise click.ClickException(f"nobody signs in as {login!r}")
    with force_locale("en"):
        try:
            issued, _job = services.issue(kind, people, reason=reason, actor=actor)
        except LmsError as error:
            raise click.ClickException(str(error)) from None
    for row in issued:
        click.echo(row.serial)


@keys_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def keys_list(*, as_json: bool) -> None:
    """List the keys, the earlier ones too, and what is wrong with them."""
    keys.ensure()
    history = [key for kind in Kind for key in keys.history(kind)]
    problems = keys.problems()
    if as_json:
        told = {"keys": [_key(key) for key in history], "problems": problems}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        for key in history:
            state = f"retired {key.retired_at:%Y-%m-%d}" if key.retired_at else "in use"
            click.echo(f"{key.name}  {state}  {key.public}  {key.subject}")
        for code in problems:
            click.echo(f"problem: {code}", err=True)
    if problems:
        sys.exit(1)


@keys_group.command("rotate")
@click.option("--root", is_flag=True, help="The root that vouches for PDFs as well.")
@click.option(
    "--replace-bought", is_flag=True, help="A bought certificate by a key of our own too."
)
def keys_rotate(*, root: bool, replace_bought: bool) -> None:
    """Replace the keys that sign; what the earlier ones signed stays valid and can be checked.

    A bought certificate goes on signing PDFs, unless it shall be replaced.
    """
    bought = keys.current(Kind.SIGNER)
    kinds = signing.to_rotate(root=root, replace_bought=replace_bought)
    try:
        made = signing.rotate_keys(kinds)
    except keys.KeysLockedError:
        raise click.ClickException(
            "the keys were sealed with another secret key; restore LMS_SECRET_KEY, or replace"
            " all of them: flask certificates keys rotate --root"
        ) from None
    for key in made:
        click.echo(f"{key.name}  {key.public}")
    if bought.is_bought:
        does = "signs no more" if Kind.SIGNER in kinds else "signs PDFs as before"
        click.echo(f"the bought certificate {does}: {_said(bought)}", err=True)


@keys_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.password_option(confirmation_prompt=False, help="Of the file; asked for if not given.")
def keys_import(file: Path, password: str) -> None:
    """Sign PDFs with the bought certificate in FILE (PKCS#12: .p12, .pfx) from now on."""
    try:
        key = signing.take_package(file.read_bytes(), password)
    except keys.PackageRefusedError as error:
        with force_locale("en"):
            raise click.ClickException(str(words.PACKAGE_PROBLEMS[error.code])) from None
    click.echo(f"{key.name}  {_said(key)}")


def _write(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from None


def _said(key: keys.Key) -> str:
    return f"{key.subject}, until {key.expires_at:%Y-%m-%d}"


def _serial(text: str) -> str:
    if not rules.is_serial(text):
        raise click.ClickException(f"{text!r} is no serial: its last character does not fit")
    return rules.as_printed(text)


def _key(key: keys.Key) -> dict[str, Any]:
    return {
        "name": key.name,
        "public": key.public,
        "subject": key.subject,
        "made_at": key.made_at.isoformat(),
        "retired_at": key.retired_at.isoformat() if key.retired_at else None,
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
        "bought": key.is_bought,
    }


def _look(template: str) -> Look:
    """Return what a template's latest version, published or not, prints with."""
    if template in look.DESIGNS:
        return Look(design=template)
    if (row := template_queries.with_code(template)) is not None:
        return template_queries.look_of(template_queries.latest(row.id).id)
    known = ", ".join([*look.DESIGNS, *template_queries.codes()])
    raise click.ClickException(f"there is no template {template!r}: {known}")
