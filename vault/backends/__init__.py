"""Storage backends, one file each, sharing no code; all pass one contract test."""
