"""Who has earned what: certificates, their PDF and their verification."""
