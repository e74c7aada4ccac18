"""Rules of identity: values in, an answer with all its reasons out. No database, no web, no cryptography."""
