"""The life of one item, played over HTTP against a fresh service, and verified by a process that trusts nobody."""
