"""The command line: a fourth door onto the same services, with no logic of its own."""
