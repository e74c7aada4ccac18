"""The work: what went wrong, told in time. It never holds the data that was at risk."""
