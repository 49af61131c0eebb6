"""A live study at work: its plan, its places, which trials come, what was answered."""
