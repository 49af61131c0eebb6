"""What researchers see and do: one file a page or an action."""
