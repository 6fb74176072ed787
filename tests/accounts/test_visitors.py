from datetime import timedelta

import pytest

from lms.accounts import people, queries, services
from lms.accounts.models import Person, SignIn
from lms.accounts.rules import Role
from lms.core import clock
from lms.core.db import db, transaction
from tests import factories
from tests.accounts.test_sign_in import HERE


class TestVisitors:
    """What the hot pages' guard reads says the same as the rows that the other pages read."""

    @staticmethod
    def both(row: SignIn) -> tuple[int, int, frozenset[Role]] | None:
        token = row.token or ""
        visitor, signed_in = queries.visitor_with(token), queries.sign_in_with(token)
        told = signed_in and (signed_in.person_id, signed_in.id, signed_in.person.roles)
        assert (visitor and (visitor.id, visitor.sign_in_id, visitor.roles)) == told
        return told

    @pytest.mark.parametrize(
        "roles", [frozenset(), frozenset({Role.TRAINEE}), frozenset({Role.TRAINEE, Role.HR})]
    )
    @pytest.mark.usefixtures("session")
    def test_someone_with_roles(self, roles: frozenset[Role]) -> None:
        row = services.sign_in(factories.person(roles=roles), device="Firefox", address=HERE)
        told = self.both(row)
        assert told is not None
        assert told[2] == roles

    def test_a_role_that_was_taken_away(self, trainee: Person) -> None:
        row = services.sign_in(trainee, device="Firefox", address=HERE)
        with transaction():  # as if nobody had been signed out for it
            trainee.grants[0].ended_at = clock.now()
        db.session.expire_all()
        told = self.both(row)
        assert told is not None
        assert told[2] == frozenset()

    def test_who_has_left_or_signed_out_or_stayed_away(
        self, trainee: Person, admin: Person
    ) -> None:
        ended = services.sign_in(trainee, device="Firefox", address=HERE)
        services.end_sign_in(ended.id, actor=trainee)
        long_ago = clock.now() - timedelta(hours=9)
        idle = services.sign_in(trainee, device="Firefox", address=HERE, at=long_ago)
        left = services.sign_in(trainee, device="Firefox", address=HERE)
        assert self.both(ended) is self.both(idle) is None
        people.deactivate(trainee, actor=admin)
        assert self.both(left) is None

    @pytest.mark.usefixtures("session")
    def test_a_made_up_token_is_nobody(self) -> None:
        assert queries.visitor_with("guess") is None
