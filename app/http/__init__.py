"""What every door shares: who is asking, how a body is read, what answers carry. It never decides."""
