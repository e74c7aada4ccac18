"""One module a noun. A view reads the form, opens one unit of work, and chooses a template; nothing more."""
