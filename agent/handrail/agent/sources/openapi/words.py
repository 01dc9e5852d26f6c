"""What a customer is told where a service says no without a word."""

NOT_FOUND = "I can't find that."
NOT_DONE = "Our system does not take that."
