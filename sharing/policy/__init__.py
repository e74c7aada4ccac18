"""Agreements as people write them: read strictly, part by part, every fault told with its file and key."""
