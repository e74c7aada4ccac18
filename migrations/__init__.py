"""Steps of the database schema, in order; each works with the version still running."""
