"""HTTP, a module a topic."""
