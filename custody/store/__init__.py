"""Rows of custody into nouns and back. Written here alone."""
