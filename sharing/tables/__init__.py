"""Rows of sharing. In clear stands only what lists need; what people wrote is sealed."""
