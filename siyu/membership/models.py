"""What members get and do: benefits, plans, honours, check-ins, tasks, the points mall."""
