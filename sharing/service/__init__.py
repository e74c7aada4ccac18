"""The acts of sharing, one module each: they decide, record and write inside the caller's transaction."""
