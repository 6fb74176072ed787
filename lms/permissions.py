"""Who may open which page: all of it, on one page.

The application refuses to start when an endpoint is missing here, or when one here does not
exist. Whose rows a person sees on a page they may open is the business of the query behind it.
"""

from lms.accounts.login import ANYONE, PUBLIC, Permissions
from lms.accounts.rules import Role

TRAINEES = frozenset({Role.TRAINEE})
ADMINS = frozenset({Role.ADMIN})
LEARNERS = frozenset({Role.TRAINEE, Role.TRAINER, Role.ADMIN})
"""Who works with the sheets: a trainee with those of the own programmes."""
TRAINERS = frozenset({Role.TRAINER, Role.ADMIN})
"""Who keeps the curriculum and sees how its exams went."""
TALKERS = frozenset({Role.TRAINER, Role.HR, Role.ADMIN})
"""Who talks with people in their scope after failed attempts."""
KEEPERS = frozenset({Role.HR, Role.ADMIN})
"""Who adds, changes and assigns people in their scope."""
READERS = frozenset({Role.HR, Role.ADMIN, Role.MANAGER})
"""Who sees people in their scope."""
REPORTERS = frozenset({Role.HR, Role.ADMIN, Role.MANAGER, Role.TRAINER})
"""Who makes and reads effectiveness reports on their scope."""

PERMISSIONS: Permissions = {
    # web
    "static": PUBLIC,
    "language": PUBLIC,
    "start": PUBLIC,
    # accounts
    "accounts.sign_in": PUBLIC,
    "accounts.sign_out": PUBLIC,
    "accounts.forgot": PUBLIC,
    "accounts.use_link": PUBLIC,
    "accounts.setup": PUBLIC,
    "accounts.profile": ANYONE,
    "accounts.change_password": ANYONE,
    "accounts.end_sign_in": ANYONE,
    "accounts.end_other_sign_ins": ANYONE,
    # admin
    "admin.alive": PUBLIC,
    "admin.ready": PUBLIC,
    "admin.people": KEEPERS,
    "admin.person_new": KEEPERS,
    "admin.person": KEEPERS,
    "admin.person_deactivate": KEEPERS,
    "admin.person_reactivate": KEEPERS,
    "admin.person_invite": KEEPERS,
    "admin.person_reset": KEEPERS,
    "admin.person_enrol": KEEPERS,
    "admin.import_new": KEEPERS,
    "admin.import_template": KEEPERS,
    "admin.import_result": KEEPERS,
    "admin.import_apply": KEEPERS,
    "admin.import_cancel": KEEPERS,
    "admin.import_invite": KEEPERS,
    "admin.assign": KEEPERS,
    "admin.assign_done": KEEPERS,
    "admin.role_grant": ADMINS,
    "admin.role_end": ADMINS,
    "admin.units": ADMINS,
    "admin.unit": ADMINS,
    "admin.unit_close": ADMINS,
    "admin.audit": ADMINS,
    "admin.health": ADMINS,
    "admin.job_retry": ADMINS,
    "admin.mails_retry": ADMINS,
    "admin.metrics": PUBLIC,
    "admin.backup_now": ADMINS,
    # desk
    "desk.home": ANYONE,
    "desk.team": frozenset({Role.MANAGER}),
    "work.progress": ANYONE,
    "work.files": ANYONE,
    "work.download": ANYONE,
    # courses
    "courses.lesson": TRAINEES,
    "courses.finish": TRAINEES,
    "courses.asked": TRAINEES,
    "courses.check": TRAINEES,
    "courses.media": TRAINEES,
    "courses.material": TRAINEES,
    "courses.aids": LEARNERS,
    "courses.aid": LEARNERS,
    "courses.studio": TRAINERS,
    "courses.edit_lesson": TRAINERS,
    "courses.preview_lesson": TRAINERS,
    "courses.lesson_version": TRAINERS,
    "courses.studio_media": TRAINERS,
    "courses.materials": TRAINERS,
    "courses.material_edit": TRAINERS,
    "courses.material_retire": TRAINERS,
    "courses.material_bring_back": TRAINERS,
    "courses.studio_material": TRAINERS,
    # exams
    "exams.start_page": TRAINEES,
    "exams.start": TRAINEES,
    "exams.sit": TRAINEES,
    "exams.save": TRAINEES,
    "exams.save_page": TRAINEES,
    "exams.take_over": TRAINEES,
    "exams.confirm": TRAINEES,
    "exams.hand_in": TRAINEES,
    "exams.result": TRAINEES,
    "exams.upload": TRAINEES,
    "exams.upload_remove": TRAINEES,
    "exams.own_file": TRAINEES,
    "exams.marking_list": TRAINERS,
    "exams.marking_sheet": TRAINERS,
    "exams.marking_file": TRAINERS,
    "exams.forget_snippet": TRAINERS,
    "exams.underway": TRAINERS,
    "exams.grant_time": TRAINERS,
    "exams.talks": TALKERS,
    "exams.record_talk": TALKERS,
    "exams.overview": TRAINERS,
    "exams.outcomes": TRAINERS,
    "exams.outcomes_file": TRAINERS,
    "exams.cut_score": TRAINERS,
    "exams.regrade_new": TRAINERS,
    "exams.regrade": TRAINERS,
    "exams.regrade_apply": TRAINERS,
    "exams.lost_passes": KEEPERS,
    "exams.decide_lost": KEEPERS,
    "exams.judge": TRAINERS,
    "exams.question_statistics": TRAINERS,
    "exams.bank_list": TRAINERS,
    "exams.question": TRAINERS,
    "exams.question_pool": TRAINERS,
    "exams.question_figures": TRAINERS,
    "exams.question_kinds": TRAINERS,
    "exams.question_new": TRAINERS,
    "exams.question_edit": TRAINERS,
    "exams.question_publish": TRAINERS,
    "exams.question_discard": TRAINERS,
    "exams.bank_bulk": TRAINERS,
    "exams.question_picture": ANYONE,
    "exams.import_new": TRAINERS,
    "exams.import_template": TRAINERS,
    "exams.import_result": TRAINERS,
    "exams.import_choose": TRAINERS,
    "exams.import_cancel": TRAINERS,
    "exams.export": TRAINERS,
    "exams.export_file": TRAINERS,
    # certificates
    "certificates.mine": ANYONE,
    "certificates.pdf": ANYONE,
    "certificates.make_pdf": ANYONE,
    "certificates.share": ANYONE,
    "certificates.renew_link": ANYONE,
    "certificates.own_credential": ANYONE,
    "certificates.own_badge": ANYONE,
    "certificates.revoke": frozenset({Role.HR, Role.ADMIN}),
    "certificates.issue": frozenset({Role.HR, Role.ADMIN}),
    "certificates.verify": PUBLIC,
    "certificates.verify_json": PUBLIC,
    "certificates.verify_form": PUBLIC,
    "certificates.verify_file": PUBLIC,
    "certificates.credential_file": PUBLIC,
    "certificates.badge_file": PUBLIC,
    "certificates.status_list": PUBLIC,
    "certificates.did_document": PUBLIC,
    "certificates.issuer_page": PUBLIC,
    "certificates.issuer_json": PUBLIC,
    "certificates.issuer_root": PUBLIC,
    "certificates.achievement": PUBLIC,
    "certificates.achievement_json": PUBLIC,
    # records
    "records.mine": ANYONE,
    "records.make_pdf": ANYONE,
    "records.table": READERS,
    "records.export": READERS,
    "records.person": READERS,
    "records.make_person_file": READERS,
    # reports
    "reports.index": REPORTERS,
    "reports.run": REPORTERS,
    "reports.export": REPORTERS,
    "reports.advise": frozenset({Role.HR, Role.ADMIN}),
}

HOT = frozenset({"exams.save"})
"""Pages of which the guard asks a few columns only: they call `visitor`, never `me`."""
