"""Rows into nouns and back: the only writers of retention’s tables."""
