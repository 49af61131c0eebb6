"""From an experiment file to a design that can be launched, and what stands between."""
