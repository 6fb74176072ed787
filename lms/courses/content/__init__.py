"""The curriculum as files: named values, programmes and lessons (docs/content-format.md)."""
