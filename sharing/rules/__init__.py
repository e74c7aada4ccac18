"""What may be done with an item, decided from values alone; every answer carries all its reasons and their clauses."""
