"""All tests, in four runs: on SQLite, on a real PostgreSQL, journeys in a real browser, and faults.

What cannot run on this machine is named, with the reason. The last line has the sum.
"""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from tests import postgres

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "tests"
PARALLEL = ("-n", "2", "--dist", "worksteal")
BROWSER = ("chromium", "chromedriver")
WITHOUT_DATABASE = (
    "test_conventions.py",
    "test_serve.py",
    "test_static.py",
    "test_translations.py",
    "core/test_listener.py",
    "core/test_pdf.py",
    "core/test_writer.py",
)
"""Once is enough: what they look at does not depend on the database that is set."""
NOT_AGAIN = ("journeys", "faults", *WITHOUT_DATABASE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run of pytest came to."""

    name: str
    passed: int
    failed: int
    skipped: int
    seconds: float


def main() -> int:
    """Run everything that can run here, say what came of it, and return the exit status."""
    BUILD.mkdir(parents=True, exist_ok=True)
    journeys, faults = ROOT / "tests" / "journeys", ROOT / "tests" / "faults"
    outcomes = [run("SQLite", *PARALLEL, f"--ignore={journeys}", f"--ignore={faults}")]
    not_run = []
    if postgres.programs() is None:
        not_run.append("PostgreSQL: not run, because it is not installed")
    else:
        with postgres.server() as url:
            once = [f"--ignore={ROOT / 'tests' / each}" for each in NOT_AGAIN]
            outcomes.append(run("PostgreSQL", *PARALLEL, *once, database=url))
    if absent := [each for each in BROWSER if shutil.which(each) is None]:
        not_run.append(f"Journeys: not run, because {' and '.join(absent)} is not installed")
    elif journeys.is_dir():
        outcomes.append(run("Journeys", str(journeys)))
    outcomes.append(run("Faults", str(faults)))
    return report(outcomes, not_run)


def run(name: str, *arguments: str, database: str | None = None) -> Outcome:
    """Run pytest once, on `database` if there is one, and return what its report says."""
    print(f"\n== {name}", flush=True)
    file = BUILD / f"{name.lower()}.xml"
    file.unlink(missing_ok=True)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    environ.pop("TEST_DATABASE_URL", None)
    if database:
        environ["TEST_DATABASE_URL"] = database
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={file}", *arguments]
    status = subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode  # noqa: S603
    seconds = time.monotonic() - began
    if not file.exists():
        return Outcome(name, 0, 1, 0, seconds)
    counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for suite in ET.parse(file).iter("testsuite"):  # noqa: S314  written by pytest a moment ago
        for key in counts:
            counts[key] += int(suite.get(key, "0"))
    failed = counts["failures"] + counts["errors"]
    passed = counts["tests"] - failed - counts["skipped"]
    # A run can fail without a failing test: nothing collected, or pytest itself broke.
    return Outcome(name, passed, failed or int(status != 0), counts["skipped"], seconds)


def report(outcomes: list[Outcome], not_run: list[str]) -> int:
    """Print one line per run and the sum; return the exit status."""
    print()
    for each in outcomes:
        print(
            f"{each.name:<22} {each.passed:>5} passed {each.failed:>4} failed"
            f" {each.skipped:>4} skipped  in {each.seconds:.0f} s"
        )
    for line in not_run:
        print(line)
    passed, failed, skipped = (
        sum(getattr(each, key) for each in outcomes) for key in ("passed", "failed", "skipped")
    )
    print(f"All runs took {sum(each.seconds for each in outcomes):.0f} s")
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
