"""Surveys: for now their questions as files, checked; sending and answering them comes later."""
