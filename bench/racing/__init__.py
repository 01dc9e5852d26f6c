"""The parts of `python -m bench races`: what is played in each process, and how the end is judged."""
