"""Packets scored: the turns they rest on, the facts they tell, and whether anything in them is made up."""
