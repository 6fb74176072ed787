"""Copies of the whole site that were tried out, and the way back from one."""
