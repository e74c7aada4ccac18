"""What people do with media and paper, each part on the same desk."""
