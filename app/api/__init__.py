"""The API under /api/v1: everything a page can do, under the same decisions."""
