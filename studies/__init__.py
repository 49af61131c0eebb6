"""What people see and what they answer."""
