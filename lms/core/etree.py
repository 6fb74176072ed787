"""lxml's ``etree``, loaded when something of it is first used.

Web processes hardly ever read XML, and would carry 7 MB of it from their first moment.
"""

from typing import Any


def __getattr__(name: str) -> Any:
    from lxml import etree  # noqa: PLC0415  see above

    found = getattr(etree, name)
    globals()[name] = found
    return found
