"""The nouns of incidents."""
