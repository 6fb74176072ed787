"""What the kernel says about our processes: CPU time, memory, and what they have loaded."""

import os
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one process, in bytes."""

    resident: int
    """What it has in memory, shared pages counted in full (RSS)."""
    proportional: int
    """The same, shared pages divided among those who share them (PSS): these can be added up."""


def children_of(pid: int) -> list[int]:
    """Return the processes that this one has started, in the order in which it did."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def family_of(pid: int) -> list[int]:
    """Return a process and its children."""
    return [pid, *children_of(pid)]


def cpu_seconds(pids: list[int]) -> float:
    """Return how much time processors have spent on these processes so far."""
    return sum(_cpu(pid) for pid in pids)


def _cpu(pid: int) -> float:
    # The name in brackets may hold blanks; utime and stime are the 12th and 13th after it.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def memory_of(pid: int) -> Memory:
    """Return how much memory a process takes."""
    resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    kilobytes = next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
    return Memory(resident, 1024 * kilobytes)


def has_loaded(pid: int, name: str) -> bool:
    """Whether a compiled part whose path holds this name is mapped into a process."""
    return name in Path(f"/proc/{pid}/maps").read_text()
