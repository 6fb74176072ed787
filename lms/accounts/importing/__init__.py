"""People from a spreadsheet: read, checked row by row, and brought in if their bringer says so."""
