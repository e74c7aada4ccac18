"""The memory: facts in, in order, for ever, provable. It knows no room above it and never keeps a name in clear."""
