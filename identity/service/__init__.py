"""What can be done with accounts, sessions, appointments and offices. Each act is decided, done and logged."""
