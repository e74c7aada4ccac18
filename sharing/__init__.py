"""The work: an item's journey from one party to the other by the ways they agreed. It never stores content in clear."""
