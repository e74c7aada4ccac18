"""Reads `policies/incidents`, strictly."""
