"""What happens to accounts that others may want to know."""

from dataclasses import dataclass

from lms.accounts.models import AccessLink


@dataclass(frozen=True, slots=True)
class LinkMade:
    """A one-time link for a person was made."""

    link: AccessLink
    """Whose, what for, until when. It holds the hash of the token only."""
    address: str
    """The link in clear: known now, and never again."""
