"""Tables of people, organisation units, roles and sign-ins."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.rules import Purpose, Role, Verdict
from lms.core.db import Base, pk, text80


class OrgUnit(Base):
    """A part of the organisation: a company, a department, a team."""

    __tablename__ = "org_unit"

    id: Mapped[pk]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[text80]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"), index=True)
    path: Mapped[str] = mapped_column(String(400), index=True)
    """``/1/4/9/``: the ids from the root down to this unit, so that a subtree is one LIKE."""
    closed_at: Mapped[datetime | None]


class Person(Base):
    """Someone who learns, teaches or runs the place. Never deleted: the record refers to them."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("email IS NULL OR email = lower(email)", name="email_in_small_letters"),
    )

    id: Mapped[pk]
    staff_no: Mapped[str | None] = mapped_column(String(40), unique=True)
    login: Mapped[text80] = mapped_column(String(80), unique=True)
    """What the person types to sign in, in small letters: a mail address or a staff number."""
    name: Mapped[text80]
    latin_name: Mapped[text80] = mapped_column(String(80), default="")
    """How the name is written in Latin letters on a certificate; may be empty."""
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    locale: Mapped[str] = mapped_column(String(2), default="zh")
    """Language of mails and, after signing in, of pages: ``zh`` or ``en``."""
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"), index=True)
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """The line manager, as far as it is known. It counts only with that role: `queries.visible_to`."""
    password_hash: Mapped[str | None] = mapped_column(String(128))
    """argon2id; empty until the person has set a password by their invitation."""
    created_at: Mapped[datetime]
    deactivated_at: Mapped[datetime | None]
    is_demo: Mapped[bool] = mapped_column(default=False)
    """Made by the demo, and removed with it."""

    unit: Mapped[OrgUnit | None] = relationship(lazy="joined")
    manager: Mapped["Person | None"] = relationship(remote_side="Person.id")
    grants: Mapped[list["RoleGrant"]] = relationship(
        lazy="selectin",
        foreign_keys="RoleGrant.person_id",
        primaryjoin="and_(RoleGrant.person_id == Person.id, RoleGrant.ended_at.is_(None))",
        order_by="RoleGrant.id",
        viewonly=True,
    )

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that the person has now."""
        return frozenset(grant.role for grant in self.grants)

    @property
    def is_active(self) -> bool:
        """Whether the person may sign in."""
        return self.deactivated_at is None


class RoleGrant(Base):
    """One role of one person, for everyone or for one unit and all below it. Ended, not deleted."""

    __tablename__ = "role_grant"
    __table_args__ = (
        # Two, because NULL equals nothing: for a unit, and for the whole organisation.
        Index(
            "uq_role_grant_in_unit",
            "person_id",
            "role",
            "unit_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL AND unit_id IS NOT NULL"),
            postgresql_where=text("ended_at IS NULL AND unit_id IS NOT NULL"),
        ),
        Index(
            "uq_role_grant_everywhere",
            "person_id",
            "role",
            unique=True,
            sqlite_where=text("ended_at IS NULL AND unit_id IS NULL"),
            postgresql_where=text("ended_at IS NULL AND unit_id IS NULL"),
        ),
        CheckConstraint("ended_at IS NULL OR ended_at >= granted_at", name="ends_after_start"),
    )

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("org_unit.id"))
    """The scope: this unit and all below it; empty for the whole organisation."""
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    unit: Mapped[OrgUnit | None] = relationship(lazy="joined")


class SignIn(Base):
    """One browser in which a person is signed in: what Flask-Login calls the user.

    The cookie holds a random token, the table only its hash. So a person can see where they are
    signed in and end it from elsewhere, and a stolen copy of the table opens no door.
    """

    __tablename__ = "sign_in"

    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True
    is_anonymous: ClassVar[bool] = False
    token: ClassVar[str | None] = None
    """In clear only on the row that `services.sign_in` has just returned."""

    id: Mapped[pk]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device: Mapped[text80]
    address: Mapped[str] = mapped_column(String(45))
    signed_in_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    """Last used, to within a few minutes: it is not worth a write on each page."""
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)

    def get_id(self) -> str | None:
        """Return what goes into the cookie; Flask-Login asks once, on signing in."""
        return self.token


class AccessLink(Base):
    """A one-time link: first start, invitation, reset. Only the hash of its token is stored."""

    __tablename__ = "access_link"

    id: Mapped[pk]
    purpose: Mapped[Purpose]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """Whose; empty for the first start, when there is nobody yet."""
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship(lazy="joined")


class Throttle(Base):
    """Failed tries per key (account and address, or address alone) since a window began."""

    __tablename__ = "throttle"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Hash of what is throttled: neither logins nor addresses are kept in clear."""
    since: Mapped[datetime]
    tries: Mapped[int]


class PeopleImport(Base):
    """A file with people that someone brought: checked first, brought in if they say so.

    The file lies in the data directory until `expires_at`. What was found per row is in
    `PeopleImportRow`; how far it is follows from the instants below.
    """

    __tablename__ = "people_import"
    __table_args__ = (
        CheckConstraint("decided_at IS NULL OR checked_at IS NOT NULL", name="checked_before"),
        CheckConstraint("cancelled_at IS NULL OR decided_at IS NULL", name="one_decision"),
        CheckConstraint("done_at IS NULL OR decided_at IS NOT NULL", name="done_when_decided"),
    )

    id: Mapped[pk]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    """As the person calls it; never a path of ours."""
    stored_as: Mapped[str] = mapped_column(String(64))
    invite: Mapped[bool]
    """Whether new people get their invitations as soon as they are in."""
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    checked_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the check found: the ``problem`` of a file that cannot be read, or its ``sheet``, the
    ``hidden`` sheets, the ``unknown`` columns and the ``counts`` of rows per verdict."""
    outcome: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """What was brought in so far: added, changed, enrolled people; rows that were refused."""


class PeopleImportRow(Base):
    """What the check found in one row of such a file."""

    __tablename__ = "people_import_row"
    __table_args__ = (Index(None, "import_id", "verdict"),)

    import_id: Mapped[int] = mapped_column(
        ForeignKey("people_import.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    """As the sheet counts, from 1."""
    verdict: Mapped[Verdict]
    name: Mapped[text80]
    staff_no: Mapped[text80]
    detail: Mapped[list[Any]] = mapped_column(JSON)
    """Of a wrong row: ``[field, code, values]`` each; of the others: ``[field, old, new]``."""
