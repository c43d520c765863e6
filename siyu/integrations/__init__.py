"""What vendors need of the world outside: one folder each, none knows another."""
