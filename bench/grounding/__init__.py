"""The support of an answer: its measures on judged answers, the fit of its curve, and the figures."""
