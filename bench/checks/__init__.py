"""How right and how fast the checks are, on conversations that people tagged elsewhere; see `__main__`."""
