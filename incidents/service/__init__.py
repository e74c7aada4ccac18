"""What people do about incidents, and the follower that keeps their register."""
