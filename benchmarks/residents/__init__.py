"""Simulated residents: goals, slips and interruptions against the whole running system; success is read from rows."""
