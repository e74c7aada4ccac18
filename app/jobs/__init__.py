"""What the service does by the clock: each job is idempotent and catches up what it missed."""
