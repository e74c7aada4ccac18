"""The means: how sensitive a thing is and how it must be handled. Pure throughout; it never touches a database."""
