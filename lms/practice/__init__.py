"""Practice with questions that no exam has, and the notebook of one's mistakes."""
