"""Conversations with the whole hotline as data: what residents say, and what must come of it. See `docs/scenarios.md`."""
