"""What the pixels and the answers say."""
