"""Web chat: one page for residents, a stream of what was said, and a door for what they write."""
