"""The shop's own systems (orders, returns, bookings), and the tools over them that the support agent may use."""
