"""Members as an operator works with them: the list, and everything known of one person."""
