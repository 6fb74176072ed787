"""Tools of the project; `make` names the ones that people use."""
