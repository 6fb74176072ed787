"""Programmes, stages, modules, lessons and their versions; enrolment, progress and gates."""
