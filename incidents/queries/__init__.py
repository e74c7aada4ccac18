"""What people look at of incidents."""
