"""SIMULATED raters: what made-up eyes make of pictures, and how they choose."""
