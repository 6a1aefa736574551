"""Faults and what else a crew, an assessor or a planner must see to: asked for, checked, written, told."""
