"""Who sees what of a certificate on the public pages. Pure: no database, no clock, no request."""

import enum


class Privacy(enum.StrEnum):
    """What its holder shows to others; HR and auditors see it in their own pages in any case."""

    PUBLIC = "public"
    """Everything printed, to whoever has the serial."""
    CODE = "code"
    """Everything printed, to whoever has the code in the QR code or the link."""
    PRIVATE = "private"
    """Nothing but its state: a revoked certificate stays known as revoked."""


class Sight(enum.StrEnum):
    """What somebody who asks is shown."""

    WHOLE = "whole"
    """Everything printed, and the files."""
    MASKED = "masked"
    """The state, what kind of certificate it is, and a masked name."""
    HIDDEN = "hidden"
    """The state, and that the holder does not share the rest."""


def sight(privacy: Privacy | None, *, has_token: bool) -> Sight:
    """Return what somebody is shown.

    Args:
        privacy: what the holder chose; None: from before there was a choice, so by code.
        has_token: whether they have the code that is valid now.
    """
    if privacy is Privacy.PRIVATE:
        return Sight.HIDDEN
    if privacy is Privacy.PUBLIC or has_token:
        return Sight.WHOLE
    return Sight.MASKED
