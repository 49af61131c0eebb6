"""Designs: who sees what, in which order; pure and seeded."""
