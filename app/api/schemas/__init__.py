"""What goes over the wire, as marshmallow schemas: bodies strict, answers complete."""
