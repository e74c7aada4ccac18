"""Rows in and out, and secrets at rest. Plain functions over the connection of the unit of work."""
