"""Retention decided: values in, every reason out. No database, no clock, no cryptography."""
