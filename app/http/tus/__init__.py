"""Uploads that go on where they broke off: the protocol tus 1.0, for pages and API alike."""
