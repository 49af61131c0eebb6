"""What metrics look at: windows, structure, scenes, styles, cloaks. Pure."""
