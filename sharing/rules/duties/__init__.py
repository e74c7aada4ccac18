"""Duties decided, purely: when they are due, which facts begin and meet them, how they stand, who may record what."""
