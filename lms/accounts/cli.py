"""Commands for the operator: ways in, when nobody can sign in."""

import click
from flask.cli import AppGroup

from lms.accounts import people, queries, services

group = AppGroup("accounts", help="People and ways in.")


@group.command("setup-link")
def setup_link() -> None:
    """Print the one-time link that makes the first administrator; valid for 30 minutes."""
    link = services.first_start_link()
    if link is None:
        raise click.ClickException("there is an administrator already; use reset-link LOGIN")
    click.echo(link)


@group.command("reset-link")
@click.argument("login")
def reset_link(login: str) -> None:
    """Print a link with which LOGIN sets a new password; valid for an hour."""
    person = queries.person_with_login(login)
    if person is None:
        raise click.ClickException(f"nobody signs in as {login!r}")
    if not person.is_active:
        raise click.ClickException(f"{login!r} is deactivated")
    click.echo(people.make_reset_link(person, actor=None))
