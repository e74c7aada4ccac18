"""Reading, printing, checking and combining markings: values in, an answer with all its reasons out."""
