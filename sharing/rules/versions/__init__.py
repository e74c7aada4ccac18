"""Changes to an agreement: who may do what about one, what one changes, whether the log holds its signatures."""
