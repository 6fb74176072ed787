"""Other people's files, which lie beside the project and never in it: tests skip where they are absent."""

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "corpora"
ROOT = Path(os.environ.get("STAIRWAY_CORPORA", _BESIDE))
QUESTIONS, STATISTICS = ROOT / "questions", ROOT / "statistics"

needs_questions = pytest.mark.skipif(
    not QUESTIONS.is_dir(), reason="the corpus of question files is not beside the project"
)
needs_statistics = pytest.mark.skipif(
    not STATISTICS.is_dir(), reason="the corpus of statistics is not beside the project"
)
