"""A running site and a real browser for the journeys."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from tests.journeys.site import Site, running
from tests.journeys.walker import DESK, Walker

FLAGS = (
    "--headless=new",
    "--no-sandbox",  # Chromium refuses to run as root with it
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--lang=en",
    f"--window-size={DESK[0]},{DESK[1]}",
)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that was just installed."""
    with running(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def administrator(site: Site) -> str:
    """The sign-in name of the administrator, who set the site up through its one-time link."""
    with new_walker(site) as walker:
        walker.set_up("赵敏", "admin@example.com")
        walker.until(lambda: "/setup/" not in walker.browser.current_url, "setting up")
    return "admin@example.com"


@pytest.fixture
def walker(site: Site, administrator: str) -> Iterator[Walker]:
    """Someone with a browser of their own, on a site that is set up."""
    assert administrator
    with new_walker(site) as walker:
        yield walker


@contextmanager
def new_walker(site: Site) -> Iterator[Walker]:
    """Open a browser for one person, and close it afterwards."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in FLAGS:
        options.add_argument(flag)
    service = Service(shutil.which("chromedriver") or "")
    browser = webdriver.Chrome(options=options, service=service)
    browser.set_script_timeout(60)
    try:
        yield Walker(browser, site)
    finally:
        browser.quit()


@pytest.fixture(scope="session")
def shots() -> Path | None:
    """Where pictures go, if ``JOURNEY_SHOTS`` names a folder."""
    folder = os.environ.get("JOURNEY_SHOTS")
    if folder is None:
        return None
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)
