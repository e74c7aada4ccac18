"""What a program carries away to speak with the service: one file, Python alone, nothing of the house."""
