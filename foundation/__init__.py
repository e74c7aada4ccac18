"""The ground: who acts, how we say no, how rows and dates are kept, how rules are read. It knows no room above it."""
