"""500 people begin one exam within a minute, and hand it in within ten seconds.

They have signed in before: what that takes is measured on its own.
"""

from benchmarks import crowd, site
from benchmarks.figures import Goals, percentile
from benchmarks.site import Site
from lms.core.db import db
from lms.exams.models import Attempt

PEOPLE = 500
BEGIN, HAND_IN = 60.0, 10.0
"""Seconds over which they come, evenly, and within which the last one is to be served."""
SLACK = 1.0
"""Seconds that the last one may wait after having come."""


def main(running: Site) -> list[str]:
    """Print the figures; return which goals were missed."""
    goals = Goals(f"Rushes: {PEOPLE} people begin in {BEGIN:.0f} s, hand in within {HAND_IN:.0f} s")
    with site.application(running.folder, running.port):
        logins = site.add_people("rusher", PEOPLE, unread=0)
    seen = crowd.sent_out(
        "rush",
        port=running.port,
        logins=logins,
        password=site.PASSWORD,
        exam=site.EXAM,
        begin=BEGIN - SLACK,
        hand_in=HAND_IN - SLACK,
    )
    for name, most in (("begin", BEGIN), ("hand in", HAND_IN)):
        waits = [1000 * each for each in seen[name]["times"]]
        goals.most(f"until the last could {name}", seen[name]["seconds"], most, "s")
        goals.plain(f"to {name}, p50", percentile(waits, 0.5), "ms")
        goals.plain(f"to {name}, p95", percentile(waits, 0.95), "ms")
    with site.application(running.folder, running.port):
        done = db.session.query(Attempt).filter(Attempt.submitted_at.is_not(None)).count()
    goals.least("attempts handed in, one each", done, PEOPLE)
    goals.most("attempts handed in, one each", done, PEOPLE)
    return goals.missed
