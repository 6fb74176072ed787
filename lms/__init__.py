"""Training and certification platform.

Where things live, from the outside in::

    factory.py      builds the Flask app; the only module that knows every other one
    wiring.py       which feature reacts to which domain event, on one page
    permissions.py  who may open which page, on one page
    admin/          operator's pages: people, imports, units, roles, audit log, health, demo
    desk/           the first page of each role: the learning map, the team; long work
    reports/        what the training achieved: figures frozen as of a day
    records/        the training record of each person, chained so that a change shows; HR's table
    certificates/   who has earned what, and the PDF that proves it
    practice/       practising with questions that no exam has, and one's notebook of mistakes
    exams/          question bank, exams, attempts, marks
    courses/        programmes, stages, lessons, enrolment, progress, gates
    notifications/  mails through an outbox
    accounts/       people, organisation units, roles, sign-in
    web/            what all pages share: layout, error pages, language, headers, markup
    core/           database, gate, clock, errors, events, queue, audit, content, pdf: knows no training

A feature may import the features below it, never those above it; `pyproject.toml`
(tool.importlinter) checks that on every push.
"""

__version__ = "0.1.0"
