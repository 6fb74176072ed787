"""People, organisation units, roles and scopes, sign-in."""
