"""Rows of retention, which follow from facts in the log. Only ``store`` writes here; what people wrote is sealed."""
