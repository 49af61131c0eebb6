"""Checks at work: sessions, findings, what people decide, and what is left out."""
