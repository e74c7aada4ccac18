"""The stand-alone verifier: one file that shares no code with the service and is carried away from it."""
