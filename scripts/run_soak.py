"""The long versions of what depends on luck: 200 kills, 100 power cuts, 200 rounds, 2,000 cases.

What they measured on the way stands at the end of each run.
"""

import sys

from scripts.run_tests import BUILD, ROOT, report, run
from tests import postgres

LONG = ("--soak", "--timeout=7200")
RACES = str(ROOT / "tests" / "test_races.py")


def main() -> int:
    """Run them, one after the other, and return the exit status."""
    BUILD.mkdir(parents=True, exist_ok=True)
    outcomes = [
        run("Soak-faults", *LONG, str(ROOT / "tests" / "faults")),
        run("Soak-races-SQLite", *LONG, RACES),
        run("Soak-properties", *LONG, str(ROOT / "tests" / "exams")),
    ]
    not_run = []
    if postgres.programs() is None:
        not_run.append("PostgreSQL: not run, because it is not installed")
    else:
        with postgres.server() as url:
            outcomes.append(run("Soak-races-PostgreSQL", *LONG, RACES, database=url))
    return report(outcomes, not_run)


if __name__ == "__main__":
    sys.exit(main())
