"""How a text stands on its evidence: measures of it, and a fitted curve that makes one probability of them."""
