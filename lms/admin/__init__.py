"""The operator's pages: people, units and roles, audit log, health, first start."""
