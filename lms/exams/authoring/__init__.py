"""Questions that trainers write on pages: their fields, drafts, publication, and many at once."""
