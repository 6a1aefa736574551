"""Words that nobody asked for this minute: notices to those who subscribed, and the question how content they are."""
