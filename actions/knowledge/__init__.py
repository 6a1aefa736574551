"""Questions and answers as data: `entries` reads them, `search` finds the one that a message asks for."""
