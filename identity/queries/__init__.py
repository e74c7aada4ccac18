"""Reading who is who. Nothing here changes a row."""
