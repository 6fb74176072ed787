"""The public pages that prove certificates: for people, and for other people's software.

Nobody needs an account. Whoever has the token, which the QR code and the holder's link carry, sees
everything that is printed; whoever has the serial alone sees the state and a masked name. Holders
may show more or less of theirs: see `privacy`.
"""

from collections.abc import Mapping
from contextlib import closing
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.certificates import badge, checking, credential, issuer, privacy, queries, rules, told
from lms.certificates.blueprint import bp, public
from lms.certificates.forms import FileForm, SerialForm
from lms.certificates.privacy import Privacy, Sight
from lms.certificates.queries import Files, Shown
from lms.certificates.rules.terms import Terms
from lms.certificates.words import validity
from lms.core import clock, keys, site
from lms.core.errors import NotFoundError, found
from lms.core.keys import Kind
from lms.core.text import filename
from lms.web.files import send_bytes
from lms.web.limits import Limit
from lms.web.uploads import MIB, takes_at_most
from lms.web.urls import client_ip

verifications = Limit(30)
"""Nobody checks that many papers in a minute; whoever tries serials in turn does."""
uploads = Limit(10)
"""Each of them takes a process for a second."""
PATIENCE = 2.0
"""Seconds to wait where others' files are looked into; then the site says that it is busy."""
JSON_LD = "application/ld+json"


@bp.get("/verify")
def verify_form() -> ResponseReturnValue:
    """Ask for a serial or a file, and lead to what is known of it."""
    form = SerialForm(request.args)
    if "serial" not in request.args:
        return _ask(form)
    if form.validate() and rules.is_serial(form.typed):
        return redirect(url_for(".verify", serial=rules.as_printed(form.typed)))
    if not form.errors:
        _note_typo(form)
    return _ask(form, HTTPStatus.UNPROCESSABLE_ENTITY)


@bp.post("/verify")
@takes_at_most(checking.MOST_BYTES // MIB + 1)
def verify_file() -> ResponseReturnValue:
    """Say what an uploaded PDF, picture or credential is."""
    uploads.count(client_ip())
    form = FileForm()
    if not form.validate_on_submit():
        return _ask(SerialForm(), HTTPStatus.UNPROCESSABLE_ENTITY, files=form)
    with closing(form.file.data.stream) as stream:
        checked = checking.check(stream.read(checking.MOST_BYTES + 1), patience=PATIENCE)
    if checked.address is not None:
        serial, token = checked.address
        return redirect(url_for(".verify", serial=serial, t=token), HTTPStatus.SEE_OTHER)
    page = render_template(
        "certificates/checked.html",
        report=checked.report,
        certificate=checked.shown,
        is_private=checked.shown is not None and checked.shown.privacy is Privacy.PRIVATE,
        name=form.file.data.filename,
        form=FileForm(),
        checked_at=clock.now(),
    )
    return public(page)


@bp.get("/v/<serial>")
def verify(serial: str) -> ResponseReturnValue:
    """Tell anyone whether a certificate is genuine, and what it is worth today."""
    verifications.count(client_ip())
    if not rules.is_serial(serial):
        form = SerialForm(data={"serial": serial})
        _note_typo(form)
        return _ask(form, HTTPStatus.NOT_FOUND)
    shown = queries.certificate_with(rules.as_printed(serial))
    if shown is None:
        page = render_template("certificates/unknown.html", serial=rules.as_printed(serial))
        return public(page, HTTPStatus.NOT_FOUND)
    sight = _sight(shown)
    is_whole = sight is Sight.WHOLE
    page = render_template(
        "certificates/verify.html",
        certificate=shown,
        sight=sight,
        is_whole=is_whole,
        token=request.args.get("t") or None,
        checked_at=clock.now(),
        proof=told.proof(shown, queries.files_of(shown.id)) if is_whole else None,
        words=told.words(shown) if is_whole else None,
        issued_on=told.issued_on(shown),
        name=told.name(shown, sight),
    )
    return public(page)


@bp.get("/v/<serial>.json")
def verify_json(serial: str) -> ResponseReturnValue:
    """Tell programs the same."""
    verifications.count(client_ip())
    shown = _shown(serial)
    sight = _sight(shown)
    files = queries.files_of(shown.id) if sight is Sight.WHOLE else None
    return public(jsonify(told.as_json(shown, files, sight=sight, at=clock.now())))


@bp.get("/v/<serial>/credential.json")
def credential_file(serial: str) -> ResponseReturnValue:
    """Send the signed credential to whoever may see the certificate whole."""
    shown, files = _files(serial)
    text = found(files.credential)
    name = filename(shown.snapshot["name"], shown.serial) + ".json"
    return public(send_bytes(text.encode(), mime=JSON_LD, name=name))


@bp.get("/v/<serial>/badge.png")
def badge_file(serial: str) -> ResponseReturnValue:
    """Send the badge, a picture with the credential in it, to the same."""
    shown, files = _files(serial)
    baked = badge.bake(badge.PICTURE.read_bytes(), found(files.credential))
    name = filename(shown.snapshot["name"], shown.serial) + ".png"
    return public(send_bytes(baked, mime="image/png", name=name))


@bp.get("/status/<int:list_id>")
def status_list(list_id: int) -> ResponseReturnValue:
    """Send a signed status list, from which programs see what was revoked."""
    content = queries.status_list(list_id, at=clock.now())
    reply = Response(content, mimetype="application/vc")
    reply.headers["X-Robots-Tag"] = "noindex, nofollow"
    reply.headers["Cache-Control"] = "no-cache"
    reply.headers["Access-Control-Allow-Origin"] = "*"
    return reply


@bp.get("/.well-known/did.json")
@bp.get("/did.json")
def did_document() -> ResponseReturnValue:
    """Send our keys, the earlier ones too, to programs that check a credential.

    At the top of a host they ask for the first address, below it for the second.
    """
    return _open(found(issuer.did_document()), "application/did+json")


@bp.get("/issuer")
def issuer_page() -> str:
    """Say who issues certificates, and with which keys."""
    return render_template(
        "certificates/issuer.html",
        settings=site.settings(),
        did=issuer.did(),
        credential_keys=keys.history(Kind.CREDENTIAL),
        signers=keys.history(Kind.SIGNER),
        roots=keys.history(Kind.ROOT),
        definitions=queries.definitions(),
    )


@bp.get("/issuer.json")
def issuer_json() -> ResponseReturnValue:
    """Tell programs the same."""
    settings = site.settings()
    names = {"issuer_zh": settings.issuer_zh, "issuer_en": settings.issuer_en}
    profile = issuer.profile(issuer.did(), settings.base_url, names)
    return _open({"@context": issuer.CONTEXT, **profile}, JSON_LD)


@bp.get("/issuer/root.pem")
@bp.get("/issuer/root-<int:number>.pem")
def issuer_root(number: int | None = None) -> ResponseReturnValue:
    """Send the certificate that vouches for the signatures in PDFs: now, or those of earlier days."""
    history = keys.history(Kind.ROOT) or [keys.current(Kind.ROOT)]
    key = history[0] if number is None else next((k for k in history if k.number == number), None)
    name = "stairway-root.pem" if number is None else f"stairway-root-{number}.pem"
    return send_bytes(found(key).chain[0].encode(), mime="application/x-pem-file", name=name)


@bp.get("/achievements/<code>")
def achievement(code: str) -> str:
    """Say what a kind of certificate stands for."""
    definition = found(queries.definition_with(code))
    said = validity(Terms.read(definition.settings))
    return render_template("certificates/achievement.html", definition=definition, validity=said)


@bp.get("/achievements/<code>.json")
def achievement_json(code: str) -> ResponseReturnValue:
    """Tell programs the same."""
    definition = found(queries.definition_with(code))
    printed = told.latest_of(code) or told.unprinted(definition)
    what = credential.achievement(site.settings().base_url, code, printed)
    return _open({"@context": issuer.CONTEXT, **what}, JSON_LD)


def _ask(
    form: SerialForm, status: HTTPStatus = HTTPStatus.OK, files: FileForm | None = None
) -> Response:
    page = render_template("certificates/verify_form.html", form=form, files=files or FileForm())
    return public(page, status)


def _shown(serial: str) -> Shown:
    if not rules.is_serial(serial):
        raise NotFoundError
    return found(queries.certificate_with(rules.as_printed(serial)))


def _sight(shown: Shown) -> Sight:
    """Return what whoever asks is shown."""
    has_token = queries.is_token(shown, request.args.get("t", ""))
    return privacy.sight(shown.privacy, has_token=has_token)


def _files(serial: str) -> tuple[Shown, Files]:
    """Return a certificate and its files, for whoever may see it whole; 404 for anyone else."""
    verifications.count(client_ip())
    shown = _shown(serial)
    if _sight(shown) is not Sight.WHOLE:
        raise NotFoundError
    return shown, found(queries.files_of(shown.id))


def _open(document: Mapping[str, Any], mime: str) -> Response:
    """Return what any program on any site may read."""
    reply = jsonify(document)
    reply.mimetype = mime
    reply.headers["Access-Control-Allow-Origin"] = "*"
    return reply


def _note_typo(form: SerialForm) -> None:
    mistake = _(
        "This number has a typing mistake: its last character does not fit the others. "
        "Compare it with the paper, character by character."
    )
    form.serial.errors = [mistake]
