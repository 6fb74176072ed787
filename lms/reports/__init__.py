"""Effectiveness reports: what the training achieved, computed once, frozen, shown and exported.

Queries stream rows, `frames` turns them into figures (the only user of pandas, in jobs and
commands only), and pages, spreadsheets and PDFs are made from the stored figures alone.
"""
