"""What is said, to whom, when, and how often it is tried. Pure."""
