"""Other desks at which people answer: what they are told, and what comes back."""
