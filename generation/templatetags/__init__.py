"""Tags of the image pages."""
