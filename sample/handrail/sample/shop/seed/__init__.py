"""Invented customers, orders and bookings: always the same for the same moment, all dates laid around it."""
