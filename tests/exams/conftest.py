"""How many cases each property is tried on: 200, and 2,000 with ``STAIRWAY_SOAK=1``."""

import os

from hypothesis import settings

settings.register_profile("exams", max_examples=2000 if os.environ.get("STAIRWAY_SOAK") else 200)
settings.load_profile("exams")
