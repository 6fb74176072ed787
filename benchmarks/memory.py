"""How much memory each process takes: at rest, and when it has worked."""

from benchmarks import processes
from benchmarks.figures import Goals
from benchmarks.site import Site

MB = 1024 * 1024
MOST_WEB = 80.0
MOST_ALL = 250.0


def main(running: Site) -> list[str]:
    """Print the figures; return which goals were missed."""
    goals = Goals("Memory, after the start and whatever was measured before")
    web = {f"web {place}": pid for place, pid in enumerate(running.web, start=1)}
    names = {"keeper": running.pid, **web, "jobs": running.jobs}
    found = {name: processes.memory_of(pid) for name, pid in names.items()}
    for name, each in found.items():
        goals.plain(f"{name}, RSS", each.resident / MB, "MB")
    for name in web:
        goals.most(f"{name}, PSS", found[name].proportional / MB, MOST_WEB, "MB")
    every = sum(each.proportional for each in found.values()) / MB
    goals.most("the whole installation, PSS", every, MOST_ALL, "MB")
    heavy = [each for each in ("numpy", "pandas", "pango") if _has(running, each)]
    goals.most("heavy libraries in web" + "".join(f" {each}" for each in heavy), len(heavy), 0)
    return goals.missed


def _has(running: Site, name: str) -> bool:
    return any(processes.has_loaded(pid, name) for pid in running.web)
