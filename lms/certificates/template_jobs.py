"""Templates drawn and looked through: in the process of the jobs, as certificates are."""

from collections.abc import Mapping
from typing import Any

from lms.accounts.models import Person
from lms.certificates import document, proofing, template_queries, templates
from lms.certificates.template_errors import TemplateRefusedError
from lms.certificates.template_models import TemplateVersion
from lms.core import pdf, pdf_pictures, uploads, watchdog
from lms.core.db import db
from lms.core.queue import Effect, handler

DPI = 96


@handler("certificates.template-preview", attempts=2)
def preview(version_id: int) -> Effect:
    """Draw a version with each of the worst names; the effect says under which names they lie."""
    look = template_queries.look_of(version_id)
    db.session.rollback()
    with watchdog.ends_within(document.SECONDS):
        try:
            printed = proofing.specimens(look)
        except pdf.PdfError as error:
            raise TemplateRefusedError("render", what=str(error)[:300]) from error
        drawn = [pdf_pictures.first_page(each, dpi=DPI, kind="WEBP") for each in printed]
    kept = [uploads.write(templates.PREVIEWS, each) for each in drawn]
    return lambda: {"pictures": kept}


@handler("certificates.template-publish", attempts=2)
def publish(version_id: int, revision: int, actor_id: int) -> Effect:
    """Look a draft through; the effect publishes it.

    Raises:
        TemplateRefusedError, MarkupRefusedError: see `proofing`.
    """
    look = template_queries.look_of(version_id)
    db.session.rollback()
    proofing.check_settings(look)
    with watchdog.ends_within(document.SECONDS):
        proofing.check_print(look)

    def effect() -> Mapping[str, Any] | None:
        actor = db.session.get_one(Person, actor_id)
        version: TemplateVersion = templates.publish(version_id, revision=revision, actor=actor)
        return {"number": version.number}

    return effect
