"""Storage backends, sharing no code; all pass one contract test."""
