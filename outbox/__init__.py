"""The work: what leaves to tell people and partner systems that something waits, and nothing of what it is."""
