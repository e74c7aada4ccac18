"""What people do to cases: confirm, offer, hold, review, approve; and what the clock does: due, destroy, certify."""
