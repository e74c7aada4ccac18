"""What people look at of the outbox."""
