"""Writes and locked reads of sharing's rows. Nothing here decides, and nothing here commits."""
