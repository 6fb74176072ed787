"""How exams behave. Pure: no database, no clock, no request."""
