"""What people look at: lists, counts and searches of what they may see. Nothing here changes an item."""
