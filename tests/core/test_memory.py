import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, sys
from pathlib import Path
from lms.core import memory
memory.give_back()
library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
library.free.argtypes = [ctypes.c_void_p]
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
for _ in range(3):  # the second one is a habit to the library, unless it was told
    block = library.malloc(19 << 20)
    ctypes.memset(block, 1, 19 << 20)
    held = resident()
    library.free(block)
    print(held - resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other C libraries have no such call")
def test_a_large_block_is_given_back_as_soon_as_it_is_freed() -> None:
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert all(int(line) >= 18 << 20 for line in done.stdout.split())
