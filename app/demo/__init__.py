"""The invented cast and the invented items of the demonstration. Nobody here is anybody."""
