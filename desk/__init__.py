"""The people: tickets and their queue, claims and leases, the agents' API and console."""
