"""The means: where content rests, always encrypted.

It never knows what a marking means and never serves what it cannot verify.
"""
