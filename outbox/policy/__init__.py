"""The data of notifications, read strictly."""
