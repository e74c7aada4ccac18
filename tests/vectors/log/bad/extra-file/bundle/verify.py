# A stand-alone verifier stands here; nobody runs the one that came with what it judges.
