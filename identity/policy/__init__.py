"""Reading the policy folders identity lives by: strictly, naming file and key of every fault."""
