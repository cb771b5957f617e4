"""Stripe's objects as kinds and kinds as Stripe's documents: pure functions, one module a noun."""
