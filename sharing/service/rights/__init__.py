"""What people do about requests for the data held on somebody: receive, find, decide, give, tell, answer."""
