"""A business of very many passages: indexed, killed and resumed, served, searched. `python -m bench library --help`."""
