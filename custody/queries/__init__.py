"""What people look at of media and paper."""
