"""The means: who may act, and what for. It never reaches content."""
