"""Recovery of keys by m of n custodians: shares of a secret, and a copy of the keys sealed to its public half."""
