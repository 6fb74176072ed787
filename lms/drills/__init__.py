"""Practical drills: for now their scripts as files, checked and walked; the room comes later."""
