"""Commands for the queue."""

import signal
from threading import Event

import click
from flask.cli import AppGroup

from lms.core import logging, presence, site, worker
from lms.core.errors import LmsError

jobs = AppGroup("jobs", help="Deferred work: certificates, mails.")


@jobs.command("work")
@click.option("--until-empty", is_flag=True, help="End when nothing is due.")
def work(*, until_empty: bool) -> None:
    """Run jobs until told to stop; the one at hand is finished first."""
    logging.configure()
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        with presence.shared(site.settings().data_dir):
            count = worker.work(stop, until_empty=until_empty)
    except LmsError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{count} jobs run")
