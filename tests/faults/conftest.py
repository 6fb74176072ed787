"""A site to break, and how long to go on breaking it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.shim import Shim, compiled
from tests.faults.site import Site, new_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site that is ready to be started."""
    with new_site(tmp_path) as site:
        yield site


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The preloaded library, made for this machine."""
    return compiled(tmp_path_factory.mktemp("shim"))


@pytest.fixture
def shim(library: Path, site: Site) -> Shim:
    """A machine with bad luck under the site."""
    return Shim(library, site)
