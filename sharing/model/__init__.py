"""The nouns of sharing: agreements, and the items that travel under them."""
