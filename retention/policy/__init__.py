"""Data into nouns: the files of schedules, and the canonical text of a version approved here."""
