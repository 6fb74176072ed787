"""Everything that can be checked without running the product; all of it, even after a failure."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

CHECKS = {
    "types": ["mypy"],
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "imports": ["lint-imports"],
    "dependencies": ["deptry", "."],
    "templates": ["djlint", "--lint", "--quiet", "lms/templates"],
    "spelling": ["codespell"],
    "catalogues": ["python", "-m", "scripts.catalogues", "check"],
    "content": ["flask", "--app", "app", "content", "check"],
}


def main() -> int:
    """Run all checks, two at a time, show what is wrong, and return the exit status."""
    with TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        environ = os.environ | {"LMS_DATA_DIR": folder}  # a check leaves nothing behind
        outcomes = list(pool.map(lambda name: run(name, environ), CHECKS))
    return 1 if any(outcomes) else 0


def run(name: str, environ: dict[str, str]) -> bool:
    """Run one check and return whether it failed; what it says is shown if it did."""
    program, *arguments = CHECKS[name]
    began = time.monotonic()
    done = subprocess.run(  # noqa: S603  the commands above
        [str(BIN / program), *arguments],
        cwd=ROOT,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    verdict = "failed" if done.returncode else "ok"
    seconds = time.monotonic() - began
    says = f"\n{done.stdout.rstrip()}\n" if done.returncode else ""
    print(f"{name:<13} {verdict:<6} {seconds:5.1f} s{says}", flush=True)
    return done.returncode != 0


if __name__ == "__main__":
    sys.exit(main())
