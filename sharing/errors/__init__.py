"""How sharing says no, one module a subject."""
