"""Rows of the outbox, written as facts tell."""
