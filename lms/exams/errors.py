"""Ways in which an exam action can be refused."""

from http import HTTPStatus
from typing import ClassVar

from flask_babel import lazy_gettext as _

from lms.core.errors import LmsError


class TooManyPicturesError(LmsError):
    """The pictures of a bank are too large for one file."""

    code = "too-many-pictures"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNPROCESSABLE_ENTITY
    message = _(
        "The pictures of this bank are larger than %(megabytes)d MB together, more than a file should "
        "have. Export a module or another bank that has fewer, or a spreadsheet, which has none."
    )


class AttemptClosedError(LmsError):
    """The attempt was handed in, by the trainee or by the clock."""

    code = "attempt-closed"
    message = _("This attempt was already handed in. What was saved before counts.")


class TakenOverError(LmsError):
    """Another device goes on with this attempt."""

    code = "taken-over"
    message = _("Another device or browser has taken over this attempt. This page is read-only.")


class QuestionLeftError(LmsError):
    """Questions come one by one, and this one was left."""

    code = "question-left"
    message = _(
        "You have left this question: what was saved before counts. Go on with the open one."
    )


class NotSavedError(LmsError):
    """The server could not write; what was sent may be sent again."""

    code = "not-saved"
    status: ClassVar[HTTPStatus] = HTTPStatus.SERVICE_UNAVAILABLE
    message = _(
        "Not saved yet: the disk of the server is full, or its database does not answer. Your "
        "answers are kept in this browser: keep the exam open, it sends them again by itself; if it "
        "does not, go back and save again. Tell your trainer if this message stays."
    )


class NotHandedInError(LmsError):
    """The attempt is still open."""

    code = "not-handed-in"
    message = _("The result is shown when the attempt has been handed in.")


class NoAttemptsLeftError(LmsError):
    """The trainee has used every attempt the exam allows."""

    code = "no-attempts-left"
    message = _("All %(allowed)d attempts have been used. Talk to your trainer.")


class CoolingDownError(LmsError):
    """The pause after a failed attempt is not over."""

    code = "cooling-down"
    message = _("The next attempt opens on %(opens)s.")


class OpensLaterError(LmsError):
    """The exam's window has not opened."""

    code = "opens-later"
    message = _("This exam opens on %(opens)s.")


class ClosedError(LmsError):
    """The exam's window is over."""

    code = "exam-closed"
    message = _("This exam closed on %(closed)s. Talk to your trainer.")


class DraftChangedError(LmsError):
    """Somebody else changed the draft, or published a version, since the page was made."""

    code = "draft-changed"
    message = _(
        "%(name)s changed this exam while you were editing. Nothing of yours was saved, and it still "
        "stands below. Save again to put yours in the place of theirs."
    )


class NothingChangedError(LmsError):
    """The draft says what the published version says."""

    code = "nothing-changed"
    message = _("The draft says what the published version says: there is nothing to publish.")


class BlueprintNotFilledError(LmsError):
    """The bank cannot fill an entry of the blueprint beside those before it.

    Args:
        entry: its number, from 1.
        said: what is missing, in the reader's language.
    """

    code = "blueprint-not-filled"

    def __init__(self, entry: int, said: str) -> None:
        super().__init__(entry=entry)
        self.entry, self.said = entry, said

    def __str__(self) -> str:
        return self.said


class OverlappingGrantError(LmsError):
    """The same person or unit has an accommodation for the same days already."""

    code = "overlapping-grant"
    message = _(
        "There is one already that counts from %(begins)s to %(ends)s, for the same exam. End it first, or "
        "choose other days."
    )


class GrantsNothingError(LmsError):
    """An accommodation that gives neither time nor attempts."""

    code = "grants-nothing"
    message = _("Say what is given: more time, no time limit, or more attempts.")


class GrantOutOfRangeError(LmsError):
    """An accommodation beyond what anyone needs, or below nothing."""

    code = "grant-out-of-range"
    message = _("From 0 to %(percent)d percent, and from 0 to %(attempts)d attempts.")


class GrantDaysError(LmsError):
    """An accommodation that ends before it begins."""

    code = "grant-days"
    message = _("The last day is before the first.")


class NobodySitsError(LmsError):
    """There is nobody to tell anything."""

    code = "nobody-sits"
    message = _("Nobody in your scope sits an exam just now, so the message was not sent.")


class NotRunningError(LmsError):
    """Time can be granted to an attempt only while it runs."""

    code = "not-running"
    message = _("This attempt has ended: no time can be added. Nothing was changed.")


class TalkFirstError(LmsError):
    """Somebody has to talk with the trainee before the next attempt."""

    code = "talk-first"
    message = _(
        "Before the next attempt your trainer talks with you about what went wrong and records it "
        "here. Ask for a time."
    )


class NoTalkNeededError(LmsError):
    """The talk is recorded already, or nobody asks for one."""

    code = "no-talk-needed"
    message = _("No talk is needed here: somebody has recorded it already. Nothing was saved.")


class AlreadyPassedError(LmsError):
    """A passed exam is not sat again in the same run."""

    code = "already-passed"
    message = _("You have passed this exam already.")


class AwaitingMarkError(LmsError):
    """An attempt is handed in, and a person has yet to mark it."""

    code = "awaiting-mark"
    message = _("Your last attempt is still being marked. Its result decides how you go on.")


class AlreadyMarkedError(LmsError):
    """Someone has marked this answer already."""

    code = "already-marked"
    message = _("This answer is marked already. What you chose was not saved.")


class MarkedElsewhereError(LmsError):
    """Someone else is marking this answer."""

    code = "marked-elsewhere"
    message = _("%(name)s is marking this answer. Take another one, or come back at %(until)s.")


class TooManyFilesError(LmsError):
    """A question takes only so many files."""

    code = "too-many-files"
    message = _("This question takes %(most)d files at most. Remove one first.")


class NoFileError(LmsError):
    """Nothing was chosen to be handed in."""

    code = "no-file"
    message = _("Choose a file first.")


class NotOpenYetError(LmsError):
    """Lessons of the stage, or an earlier stage, are not finished."""

    code = "exam-not-open"
    message = _("This exam opens when the lessons of its stage have been read.")


class PaperNotReadyError(LmsError):
    """The question bank cannot fill the blueprint."""

    code = "paper-not-ready"
    message = _("This exam has too few questions at the moment. Your trainer has to add some.")


class ImportNotOpenError(LmsError):
    """The import was decided, cancelled or has expired: nothing is left to decide."""

    code = "question-import-not-open"
    message = _("There is nothing left to decide about these questions. Bring them again.")


class NothingChosenError(LmsError):
    """No question of the file is ticked."""

    code = "nothing-chosen"
    message = _("No question is ticked. Tick those that shall go in.")


class OwnedByFilesError(LmsError):
    """The question comes with the content files, which say its pool at every import."""

    code = "owned-by-files"
    message = _(
        "This question comes with the content files. Change its pool there and import them."
    )


class NotEveryoneError(LmsError):
    """A key counts for everyone, so whoever corrects it has to see everyone."""

    code = "not-everyone"
    message = _(
        "A key counts for everyone who was asked. Only a trainer or administrator of the whole "
        "organisation can correct it; ask one of them."
    )


class RegradeNotOpenError(LmsError):
    """The regrade was not checked yet, or is decided."""

    code = "regrade-not-open"
    message = _("There is nothing left to decide about this regrade. Look at the latest one.")


class NotRegradableError(LmsError):
    """The question cannot be marked again in that way."""

    code = "not-regradable"
    message = _(
        "People mark this question: it can be left out, or count for everyone, but no key can be "
        "given for it."
    )


class NoOtherKeyError(LmsError):
    """The version whose key shall count does not fit."""

    code = "no-other-key"
    message = _(
        "That version asks something else: it has another kind, or lacks options of this one. "
        "Choose another version."
    )


class LostPassDecidedError(LmsError):
    """Somebody has decided about it already."""

    code = "lost-pass-decided"
    message = _("Somebody has decided about this already. Nothing was saved.")


class NewerDraftError(LmsError):
    """Somebody saved another draft of the question meanwhile."""

    code = "newer-draft"
    message = _(
        "Somebody else has changed this question meanwhile. Nothing was saved yet: what you typed "
        "stands below, untouched. Saving again puts yours in its place."
    )


class UnchangedError(LmsError):
    """The question asks what it asked before."""

    code = "question-unchanged"
    message = _("Nothing was changed, so nothing was saved.")


class NoDraftError(LmsError):
    """The question has no draft to publish or to forget."""

    code = "no-draft"
    message = _("This question has no draft any more. Somebody has published or dropped it.")


class PartCountError(LmsError):
    """A case has too few or too many questions."""

    code = "part-count"
    message = _("A case has from %(fewest)d to %(most)d questions. Nothing was changed.")


class PlanChangedError(LmsError):
    """What a change would do to many questions is different from what was shown."""

    code = "plan-changed"
    message = _(
        "The bank has changed meanwhile: something else would change now. Nothing was changed yet. "
        "Look at it again below."
    )
