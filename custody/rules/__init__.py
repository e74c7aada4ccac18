"""Decisions about media and paper. Pure."""
