"""The work: how long a thing is kept, who says it may go, and the proof that it went. It never destroys by itself."""
