"""The settings of the running application, for rooms that do not speak HTTP."""

from typing import cast

from flask import current_app

from lms.config import Settings


def settings() -> Settings:
    """Return the settings that the application was built with."""
    return cast("Settings", current_app.config["SETTINGS"])
