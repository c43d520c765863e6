"""What audiences can ask of this room: see docs/add-a-condition.md."""
