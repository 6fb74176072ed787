"""The trainer's pages: the programme's outline, the lesson editor, a lesson's history."""

import re
from functools import partial
from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext
from werkzeug.wrappers import Response

from lms.accounts.login import me
from lms.core import richtext, storage
from lms.core.placeholders import LANGUAGES
from lms.core.text import differences
from lms.courses import revising, studio, words
from lms.courses.blueprint import bp
from lms.courses.checks import Check, pieces
from lms.courses.content.draft import Draft, check_ids
from lms.courses.errors import EditedMeanwhileError, FaultyLessonError, NothingChangedError
from lms.courses.forms import LARGEST_ID, LessonForm
from lms.courses.models import LessonVersion
from lms.courses.revising import Revision
from lms.courses.words import Slip
from lms.web.fields import shown_in, typed
from lms.web.files import send_path

SVG = "image/svg+xml"
_ANCHOR = re.compile(r' id="h-\d+"')


@bp.get("/studio", endpoint="studio")
def programmes() -> str:
    """Show every programme with its stages, modules, lessons and exams."""
    return render_template(
        "courses/studio.html", page=studio.studio_page(me()), classes=words.CLASSES
    )


@bp.route("/studio/lessons/<code>", methods=["GET", "POST"])
def edit_lesson(code: str) -> ResponseReturnValue:
    """Show a lesson's texts; publish a new version of them."""
    version = studio.editable(code)
    form = _form_of(version)
    if not form.validate_on_submit():
        return _editor(version, form), 422 if form.is_submitted() else 200
    slips: list[Slip] = []
    try:
        with shown_in(form, {NothingChangedError: ""}):
            new = revising.revise(
                code, _revision(form), base_id=form.base_id(), note=typed(form.note), actor=me()
            )
            flash(_("Version %(number)d is published.", number=new.number), "success")
            return redirect(url_for(".edit_lesson", code=code))
    except EditedMeanwhileError:
        return _conflict(code, form)
    except FaultyLessonError as error:
        slips = error.context["slips"]  # type: ignore[assignment]
        _show(slips, form, version)
    return _editor(version, form, slips=slips), HTTPStatus.UNPROCESSABLE_ENTITY


@bp.post("/studio/lessons/<code>/preview/<any(zh, en):language>")
def preview_lesson(code: str, language: str) -> str:
    """Show how a text would look, and what is wrong with it: a part of the page, or all of it."""
    version = studio.editable(code)
    form = _form_of(version)
    draft = revising.draft(version, _revision(form))
    slips = [each for each in draft.slips() if each.field == language]
    known = _known(version, draft, language, slips)
    if request.headers.get("HX-Request"):
        return render_template("courses/lesson_edit_preview.html", language=language, shown=known)
    return _editor(version, form, previews={language: known})


@bp.get("/studio/lessons/<code>/versions/<int:number>")
def lesson_version(code: str, number: int) -> str:
    """Show what a version of a lesson said, and what it changed."""
    version = studio.version_of(code, number)
    before = studio.base_of(version, 0)
    return render_template(
        "courses/studio_version.html",
        edition=version,
        parts={each: _parts(version, version.html[each]) for each in LANGUAGES},
        checks=_checks(version),
        changes=_changes(before, version) if before.number < number else {},
        current=studio.lesson(code).published,
    )


@bp.get(f"/studio/media/<int(max={LARGEST_ID}):version_id>/<name>")
def studio_media(version_id: int, name: str) -> Response:
    """Send a file beside a lesson's text to whoever edits or reviews it."""
    row = studio.media(version_id, name)
    shown_as = row.name if row.mime == SVG else ""  # as a page of its own it could run scripts
    return send_path(storage.path_of(row.sha256), mime=row.mime, name=shown_as, etag=row.sha256)


def _form_of(version: LessonVersion) -> LessonForm:
    texts = {language: version.source[language] for language in LANGUAGES}
    titles = {f"title_{language}": version.title[language] for language in LANGUAGES}
    return LessonForm(minutes=version.minutes, base=version.id, **texts, **titles)


def _revision(form: LessonForm) -> Revision:
    """Return what the form says; a preview may ask before all of it is filled in."""
    return Revision(
        title={each: typed(form[f"title_{each}"]) or "–" for each in LANGUAGES},
        minutes=form.minutes.data or 1,
        source={each: typed(form[each]) for each in LANGUAGES},
    )


def _show(slips: list[Slip], form: LessonForm, version: LessonVersion) -> None:
    """Count the slips at the fields that they are in; each is told below its text."""
    for name in {each.field for each in slips}:
        messages = [each for each in slips if each.field == name]
        if name in LANGUAGES:
            form[name].errors = [
                ngettext(
                    "%(num)d slip, named below the text.",
                    "%(num)d slips, named below the text.",
                    len(messages),
                )
            ]
        else:
            told = [words.slip_words(each, check_ids(version.meta)) for each in messages]
            if name:
                form[name].errors = [*form[name].errors, *told]
            else:
                form.form_errors.extend(told)


def _editor(
    version: LessonVersion,
    form: LessonForm,
    *,
    slips: list[Slip] | None = None,
    previews: dict[str, object] | None = None,
    conflict: dict[str, object] | None = None,
) -> str:
    ids = check_ids(version.meta)
    return render_template(
        "courses/lesson_edit.html",
        edition=version,
        form=form,
        slips={
            each: [
                (slip, words.slip_words(slip, ids)) for slip in slips or () if slip.field == each
            ]
            for each in LANGUAGES
        },
        previews=previews or {},
        conflict=conflict,
        history=studio.history_of(version.lesson_id),
        values=studio.values(),
        check_ids=ids,
    )


def _conflict(code: str, form: LessonForm) -> ResponseReturnValue:
    """Show what somebody else published meanwhile, and keep what was typed."""
    theirs = studio.editable(code)
    before = studio.base_of(theirs, form.base_id())
    form.base.data = str(theirs.id)  # whoever saves now has seen it
    conflict = {"theirs": theirs, "changes": _changes(before, theirs)}
    return _editor(theirs, form, conflict=conflict), HTTPStatus.CONFLICT


def _changes(before: LessonVersion, after: LessonVersion) -> dict[str, list[tuple[str, str]]]:
    """Return language -> lines that changed, the title's among them."""
    told = {
        each: differences(
            f"{before.title[each]}\n\n{before.source[each]}",
            f"{after.title[each]}\n\n{after.source[each]}",
        )
        for each in LANGUAGES
    }
    return {language: lines for language, lines in told.items() if lines}


def _known(
    version: LessonVersion, draft: Draft, language: str, slips: list[Slip]
) -> dict[str, object]:
    """Return what a preview shows: the page, its self-checks, and what is wrong with it."""
    ids = check_ids(version.meta)
    return {
        "parts": _parts(version, draft.page(language).html),
        "checks": _checks(version),
        "slips": [(each, words.slip_words(each, ids)) for each in slips],
    }


def _parts(version: LessonVersion, html: str) -> list[tuple[str, str]]:
    address = partial(url_for, ".studio_media", version_id=version.id)
    # two texts stand on one page: only a lesson's own page can have the anchors of its headings
    html = _ANCHOR.sub("", richtext.addressed(html, lambda name: address(name=name)))
    return list(pieces(html))


def _checks(version: LessonVersion) -> dict[str, Check]:
    return {each["id"]: Check.read(each) for each in version.checks}
