"""Templates in HTML and CSS of one's own: looked through in another process, then kept."""

import re
from dataclasses import replace
from datetime import datetime

from lms.accounts.models import Person
from lms.certificates import look as looks, markup, markup_proof, templates
from lms.certificates.look import Look, Source
from lms.certificates.markup_errors import MarkupRefusedError, TooManyFilesError
from lms.certificates.template_models import CertificateTemplate, TemplateVersion
from lms.core.sandbox import MistakesError

PAPERS = (*looks.DESIGNS, looks.BLANK)
"""What a template of one's own may be begun from."""
_UNFIT = re.compile("[^a-z0-9]+")


def start(
    paper: str, title: str, *, actor: Person, at: datetime | None = None
) -> CertificateTemplate:
    """Make a template that begins with the HTML and CSS of a ready design, or with little.

    Raises:
        NotAllowedError: the actor makes no templates.
    """
    return templates.start(paper, title, markup=markup.starter(paper), actor=actor, at=at)


def save(
    template_id: int,
    look: Look,
    *,
    title: str,
    revision: int,
    actor: Person,
    at: datetime | None = None,
) -> TemplateVersion:
    """Save a draft, once it was looked through; arguments as for `templates.save`.

    That takes a moment, so it is done before the transaction. What is kept is looked through again
    by everything that prints it.

    Raises:
        MarkupRefusedError: it cannot be read, has something that is not taken, or would fetch.
        TooManyFilesError: it has more pictures than `markup.MOST_FILES`.
        LmsError: as `templates.save`.
    """
    written = look.markup or Source("", "")
    if len(written.files) > markup.MOST_FILES:
        raise TooManyFilesError(most=markup.MOST_FILES)
    try:
        markup.look_through(markup_proof.samples(), look, written)
    except MistakesError as error:
        raise MarkupRefusedError(error.mistakes) from error
    return templates.save(
        template_id,
        replace(look, markup=written),
        title=title,
        revision=revision,
        actor=actor,
        at=at,
    )


def name_for(typed: str, stored: str) -> str:
    """Return what a template calls a picture that somebody brings.

    Args:
        typed: what its file was called.
        stored: the name under which it is kept, whose ending says what it is.
    """
    suffix = stored.rpartition(".")[2]
    stem = _UNFIT.sub("-", typed.rpartition(".")[0].lower()).strip("-")[:30]
    name = f"{stem or f'picture-{stored[:4]}'}.{suffix}"
    return f"own-{name}" if name == "qr.svg" else name
