"""Rows into nouns and back."""
