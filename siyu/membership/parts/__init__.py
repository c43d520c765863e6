"""What each part of the room does at a merge, at an undo, when time passes, and for privacy; one file per noun."""
