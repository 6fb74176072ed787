import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import people, queries, units
from lms.accounts.errors import UnitCircleError, UnitInUseError, UnitTooDeepError
from lms.accounts.models import OrgUnit, Person
from lms.accounts.rules import DEEPEST_UNIT
from lms.core.audit import AuditEntry
from lms.core.errors import NotAllowedError, NotFoundError
from tests import factories


@pytest.fixture
def root(admin: Person) -> OrgUnit:
    return units.add_unit("Lanting", actor=admin)


def test_a_path_leads_from_the_root_down(admin: Person, root: OrgUnit) -> None:
    below = units.add_unit("Support", parent=root, actor=admin)
    assert (root.path, below.path) == (f"/{root.id}/", f"/{root.id}/{below.id}/")


def test_moving_a_unit_takes_all_below_it_along(admin: Person, root: OrgUnit) -> None:
    support = units.add_unit("Support", parent=root, actor=admin)
    east = units.add_unit("East", parent=support, actor=admin)
    sales = units.add_unit("Sales", parent=root, actor=admin)
    units.move_unit(support, sales, actor=admin)
    assert east.path == f"/{root.id}/{sales.id}/{support.id}/{east.id}/"
    units.move_unit(support, None, actor=admin)
    assert east.path == f"/{support.id}/{east.id}/"


def test_a_neighbour_with_a_similar_number_is_left_alone(admin: Person, root: OrgUnit) -> None:
    many = [units.add_unit(f"U{number}", parent=root, actor=admin) for number in range(12)]
    units.move_unit(many[0], many[1], actor=admin)
    assert [each.path for each in many[2:]] == [f"/{root.id}/{each.id}/" for each in many[2:]]


def test_a_circle_is_refused_and_changes_nothing(admin: Person, root: OrgUnit) -> None:
    support = units.add_unit("Support", parent=root, actor=admin)
    east = units.add_unit("East", parent=support, actor=admin)
    for parent in (support, east):
        with pytest.raises(UnitCircleError):
            units.move_unit(support, parent, actor=admin)
    assert east.path == f"/{root.id}/{support.id}/{east.id}/"


def test_a_tree_has_a_deepest_level(admin: Person, root: OrgUnit) -> None:
    unit = root
    for _ in range(DEEPEST_UNIT - 1):
        unit = units.add_unit("Below", parent=unit, actor=admin)
    with pytest.raises(UnitTooDeepError):
        units.add_unit("Too deep", parent=unit, actor=admin)
    top = units.add_unit("Top", actor=admin)
    with pytest.raises(UnitTooDeepError):
        units.move_unit(root, top, actor=admin)


def test_a_unit_with_people_or_units_in_it_is_not_closed(admin: Person, root: OrgUnit) -> None:
    support = units.add_unit("Support", parent=root, actor=admin)
    person = factories.person(unit=support)
    for unit in (root, support):
        with pytest.raises(UnitInUseError):
            units.close_unit(unit, actor=admin)
    people.deactivate(person, actor=admin)
    units.close_unit(support, actor=admin)
    with pytest.raises(NotFoundError):
        queries.unit_or_404(support.id)
    assert queries.units() == [root]


def test_renaming_is_on_record_with_before_and_after(
    admin: Person, root: OrgUnit, session: Session
) -> None:
    units.change_unit(root, name="Lanting Software", parent=None, actor=admin)
    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert entry.action == "accounts.unit_renamed"
    assert entry.detail == {"changes": {"name": ["Lanting", "Lanting Software"]}}


def test_changing_is_both_or_neither(admin: Person, root: OrgUnit) -> None:
    below = units.add_unit("Support", parent=root, actor=admin)
    with pytest.raises(UnitCircleError):
        units.change_unit(root, name="Renamed", parent=below, actor=admin)
    assert root.name == "Lanting"


def test_only_administrators_may(trainer: Person, root: OrgUnit) -> None:
    with pytest.raises(NotAllowedError):
        units.add_unit("Mine", parent=root, actor=trainer)
    with pytest.raises(NotAllowedError):
        units.change_unit(root, name="Mine", parent=None, actor=trainer)
    with pytest.raises(NotAllowedError):
        units.close_unit(root, actor=trainer)
