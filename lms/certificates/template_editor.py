"""What the two editors of templates share: how far jobs are, what a template is used for, its past."""

from typing import Any

from flask_babel import gettext as _

from lms.accounts.login import me
from lms.certificates import look as looks, policies, specimen, template_queries, templates
from lms.certificates.template_forms import UseForm
from lms.certificates.template_models import CertificateTemplate, TemplateVersion
from lms.certificates.words import DESIGN_WORDS
from lms.core.queue import Job, JobState
from lms.core.text import local
from lms.web.i18n import language

OVER = {JobState.DONE, JobState.DEAD}


def shown(row: CertificateTemplate, version: TemplateVersion) -> dict[str, Any]:
    """Return what both pages show of a template, for the person who asks."""
    used = next(each for each in template_queries.listed() if each.id == row.id).used_for
    return {
        "row": row,
        "latest": version,
        "look": looks.read(version.settings),
        "use_form": use_form([each.code for each in used]),
        "used": used,
        "may": policies.may_define(me()),
        "history": template_queries.history(row.id),
        "DESIGNS": DESIGN_WORDS,
        **state(version),
    }


def use_form(kinds: list[str]) -> UseForm:
    """Return the form of the kinds of certificates, with these ticked."""
    form = UseForm(kinds=kinds)
    form.kinds.choices = [
        (each.code, local(each.settings["title"], language())) for each in templates.choices()
    ]
    return form


def state(version: TemplateVersion) -> dict[str, Any]:
    """Return how far drawing and publishing are, for the person who asks."""
    drawing = template_queries.job_with(template_queries.preview_key(version, me()))
    publishing = template_queries.job_with(template_queries.publish_key(version))
    running = [each for each in (drawing, publishing) if each and each.state not in OVER]
    return {
        "template_id": version.template_id,
        "drawing": drawing,
        "publishing": publishing,
        "is_running": bool(running),
        "is_draft": version.published_at is None,
        "names": [name for name, _latin in specimen.WORST],
        "refused": _refusal(publishing) or _refusal(drawing),
    }


def _refusal(job: Job | None) -> str:
    if job is None or job.state is not JobState.DEAD:
        return ""
    said = (job.result or {}).get("refusal", {}).get(language())
    return str(said
        or _("The renderer failed. Try again; if it fails once more, tell the administrator the number %(id)d.", id=job.id))  # fmt: skip
