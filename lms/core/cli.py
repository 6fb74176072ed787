"""Commands for the queue."""

import signal
from threading import Event

import click
from flask.cli import AppGroup

from lms.core import logging, worker

jobs = AppGroup("jobs", help="Deferred work: certificates, mails.")


@jobs.command("work")
@click.option("--until-empty", is_flag=True, help="End when nothing is due.")
def work(*, until_empty: bool) -> None:
    """Run jobs until told to stop; the one at hand is finished first."""
    logging.configure()
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    count = worker.work(stop, until_empty=until_empty)
    click.echo(f"{count} jobs run")
