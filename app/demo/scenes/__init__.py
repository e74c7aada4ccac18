"""What happened in the invented history, told by kind of item. Every name, place and number in here is invented."""
