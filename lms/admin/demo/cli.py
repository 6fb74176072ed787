"""Commands for the demo organisation."""

import click
from flask.cli import AppGroup

from lms.admin.demo import clearing, loading
from lms.core.errors import LmsError

group = AppGroup("demo", help="The demo organisation.")


@group.command("load")
def load() -> None:
    """Make the demo organisation and print how to sign in."""
    try:
        click.echo(loading.load(), nl=False)
    except LmsError as error:
        raise click.ClickException(str(error)) from None


@group.command("clear")
def clear() -> None:
    """Remove the demo organisation, whole."""
    click.echo(f"{clearing.clear()} people of the demo removed")
