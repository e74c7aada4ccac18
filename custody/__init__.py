"""The work: what of an item leaves the service on removable media and paper, and comes to an end there."""
