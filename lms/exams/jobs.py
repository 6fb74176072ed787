"""Deferred and recurring work on exams."""

from datetime import timedelta

from lms.core.chores import every
from lms.exams import services

every(timedelta(seconds=20))(services.sweep)
