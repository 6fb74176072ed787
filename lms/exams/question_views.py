"""The trainer's pages on which questions are written: new, copied, changed, published."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import BinaryIO, cast

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.accounts.login import me
from lms.core import storage
from lms.core.disk import NoRoomForFilesError
from lms.core.errors import NotFoundError, found
from lms.core.placeholders import LANGUAGES
from lms.courses.errors import UploadRefusedError
from lms.courses.upload_rules import FORMS
from lms.exams import holdings, words
from lms.exams.authoring import drafts, filling, pictures, sheet as sheets, trial, versions
from lms.exams.authoring.alike import Lookalike, lookalikes
from lms.exams.authoring.checking import Asked
from lms.exams.authoring.fields import ALT
from lms.exams.authoring.sheet import Sheet
from lms.exams.blueprint import bp
from lms.exams.errors import NewerDraftError, PartCountError, UnchangedError
from lms.exams.exchange import shelf
from lms.exams.models import Question
from lms.exams.rules.kinds import PARTS, Kind
from lms.web.files import send_path
from lms.web.i18n import language

KINDS = [each for each in Kind if each is not Kind.CASE]
_KINDS = f"any({', '.join(KINDS)})"
Save = Callable[[Asked], Question]


@bp.get("/studio/questions/new")
def question_kinds() -> str:
    """Ask what kind of question is to be written."""
    asked = {key: request.args[key] for key in ("case", "first") if key in request.args}
    kinds = PARTS if asked else KINDS
    return render_template(
        "exams/question_kinds.html", kinds=kinds, asked=asked, kind_name=words.kind_name,
        about=words.KIND_ABOUT,
    )  # fmt: skip


@bp.route(f"/studio/questions/new/<{_KINDS}:kind>", methods=["GET", "POST"])
def question_new(kind: str) -> ResponseReturnValue:
    """Write a new question: an empty one, a copy, or one more of a case."""
    case, stem = _case(Kind(kind))
    sheet = sheets.new_sheet(Kind(kind), language=language(), case_stem=stem)
    copied = _copied(sheet)

    def save(asked: Asked) -> Question:
        if case is not None:
            return drafts.add_part(case, asked, actor=me())
        if stem is not None:
            return drafts.begin_case(asked, sheet.home, actor=me())
        return drafts.create(asked, sheet.home, actor=me(), copied=copied)

    return _answer(_Desk(sheet, case=case, copied=copied), save)


@bp.route("/studio/questions/<code>/edit", methods=["GET", "POST"])
def question_edit(code: str) -> ResponseReturnValue:
    """Change a question: its draft, until that is published."""
    question = holdings.question_with(code)
    if question.bank is None:
        raise NotFoundError
    version = versions.newest(question)
    sheet = sheets.sheet_of(version, question.unit, language())
    base = request.form.get("base", Asked.of(version).digest)

    def save(asked: Asked) -> Question:
        drafts.save(question, asked, base, unit=sheet.values["module"], actor=me())
        return question

    return _answer(_Desk(sheet, question=question, base=base), save)


@bp.post("/studio/questions/<code>/publish")
def question_publish(code: str) -> ResponseReturnValue:
    """Publish a question's draft."""
    drafts.publish(holdings.question_with(code), actor=me())
    flash(_("The question is published."), "success")
    return redirect(url_for(".question", code=code))


@bp.post("/studio/questions/<code>/discard")
def question_discard(code: str) -> ResponseReturnValue:
    """Forget a question's draft."""
    drafts.discard(holdings.question_with(code), actor=me())
    flash(_("The draft is dropped. The published version stays as it is."), "success")
    return redirect(url_for(".question", code=code))


@bp.get("/questions/pictures/<name>")
def question_picture(name: str) -> Response:
    """Send a picture of a question to whoever has its address."""
    row = pictures.picture(name)
    mime = FORMS[row.suffix].mime
    return send_path(storage.path_of(row.sha256), mime=mime, etag=row.sha256)


@dataclass(slots=True)
class _Desk:
    """A form on its page, and what stands around it."""

    sheet: Sheet
    question: Question | None = None
    """The one that is changed; None for a new one."""
    case: Question | None = None
    """A question of the case that a new one is put into."""
    copied: str = ""
    base: str = ""
    """Hash of the version that the form began with."""
    focus: str = ""
    alike: Sequence[Lookalike] = ()
    seen: Sequence[str] = field(default_factory=list)
    """Codes of those that were shown already."""
    picture_alt: Mapping[str, str] = field(default_factory=dict)
    previews: Mapping[str, object] = field(default_factory=dict)
    is_tried: bool = False
    """Whether a preview was asked for."""
    is_newer: bool = False

    def page(self) -> str:
        """Return the page."""
        return render_template(
            "exams/question_edit.html",
            desk=self,
            sheet=self.sheet,
            banks=sheets.bank_names(),
            row_name=sheets.row_name,
            alt_field=ALT,
            picture_types=pictures.TYPES,
            picture_mb=pictures.LARGEST_MB,
            **trial.AROUND,
        )


def _answer(desk: _Desk, save: Save) -> ResponseReturnValue:
    """Do what the button says that a form was sent with."""
    if request.method == "GET":
        return desk.page()
    act, sheet = request.form.get("act", "save"), desk.sheet
    sheet.read(request.form)
    desk.seen = request.form.getlist("seen")
    # Whatever is pressed, a file that was chosen is not lost.
    if act == "picture" or (act != "alike" and request.files.get("picture")):
        _take_picture(desk)
        if act == "picture" or sheet.slips:
            return desk.page(), HTTPStatus.UNPROCESSABLE_ENTITY if sheet.slips else 200
    desk.focus = sheet.change(act)
    if act == "alike":
        desk.alike = lookalikes(sheet.body, _own(desk))
    if act == "alike" or desk.focus:
        return desk.page()
    sheet.check()
    desk.alike = lookalikes(sheet.asked.body, _own(desk)) if sheet.asked else ()
    if act == "preview":
        desk.previews, desk.is_tried = trial.both(sheet.asked) if sheet.asked else {}, True
        return desk.page()
    if sheet.asked is None or sheet.slips or any(e.code not in desk.seen for e in desk.alike):
        return desk.page(), HTTPStatus.UNPROCESSABLE_ENTITY
    return _kept(desk, save, sheet.asked, is_published=act == "publish")


def _own(desk: _Desk) -> str:
    """Return the code of the question that is changed; empty for a new one."""
    return desk.question.code if desk.question else ""


def _take_picture(desk: _Desk) -> None:
    """Store the picture that was sent, and put it behind the question's text."""
    sent, slips = request.files.get("picture"), desk.sheet.slips
    shows = {each: request.form.get(f"picture-alt-{each}", "") for each in LANGUAGES}
    desk.picture_alt = shows
    if not any(each.strip() for each in shows.values()):
        slips["picture-alt"] = [_("Say what the picture shows, for those who cannot see it.")]
    elif any(len(each) > pictures.LONGEST_ALT for each in shows.values()):
        slips["picture-alt"] = [_("%(max)d characters at most.", max=pictures.LONGEST_ALT)]
    if not sent or not sent.filename:
        slips["picture"] = [_("Choose a picture.")]
        return
    stored = None
    with sent.stream as stream:
        try:
            stored = None if slips else pictures.take_in(sent.filename, cast("BinaryIO", stream))
        except (UploadRefusedError, NoRoomForFilesError) as error:
            slips["picture"] = [str(error)]
    if slips or stored is None:
        return
    row = pictures.add(stored, actor=me())
    address = shelf.address(f"{row.sha256}.{row.suffix}")
    stem = pictures.placed(desk.sheet.values["stem"], address, shows)
    desk.sheet.values["stem"], desk.focus, desk.picture_alt = stem, "stem", {}


def _kept(desk: _Desk, save: Save, asked: Asked, *, is_published: bool) -> ResponseReturnValue:
    """Keep what was typed, and publish it if that is asked for."""
    try:
        question = save(asked)
    except NewerDraftError as error:
        desk.sheet.slips[""] = [str(error)]
        desk.base = Asked.of(versions.newest(found(desk.question))).digest
        desk.is_newer = True
        return desk.page(), HTTPStatus.CONFLICT
    except (UnchangedError, PartCountError) as error:
        question = found(desk.question or desk.case)
        if not is_published or not versions.is_draft(versions.newest(question), question):
            desk.sheet.slips[""] = [str(error)]
            return desk.page(), HTTPStatus.UNPROCESSABLE_ENTITY
    if is_published:
        return _published(question)
    flash(_("The draft is saved. Nobody is shown it before it is published."), "success")
    return redirect(url_for(".question", code=question.code))


def _published(question: Question) -> ResponseReturnValue:
    try:
        drafts.publish(question, actor=me())
    except PartCountError as error:  # a case that is not whole yet: what was typed is kept
        flash(_("The draft is saved, and not published: %(why)s", why=str(error)), "warning")
    else:
        flash(_("The question is published."), "success")
    return redirect(url_for(".question", code=question.code))


def _case(kind: Kind) -> tuple[Question | None, Mapping[str, str] | None]:
    """Return a question of the case that a new one joins, and the material; None for no case."""
    code = request.args.get("case", "")
    if not code and "first" not in request.args:
        return None, None
    if kind not in PARTS:
        raise NotFoundError
    if not code:
        return None, {}
    part = holdings.question_with(code)
    if part.bank is None or part.case is None:
        raise NotFoundError
    return part, versions.newest(part).body["case"]["stem"]


def _copied(sheet: Sheet) -> str:
    """Fill a form with the question that is to be copied; return its code, empty for none."""
    code = request.args.get("copy", "")
    if not code:
        return ""
    version = holdings.version_shown(holdings.question_with(code))
    if version.kind is not sheet.kind:
        raise NotFoundError
    filled = filling.filled(version)
    sheet.values |= {key: each for key, each in filled.items() if key in sheet.values}
    sheet.values["module"] = version.question.unit
    sheet.values["lesson"] = str(version.body.get("lesson") or "")
    return code
