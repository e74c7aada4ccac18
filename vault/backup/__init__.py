"""Backups: how they look, how they are sealed and read, and how they are checked with no service and no private key."""
