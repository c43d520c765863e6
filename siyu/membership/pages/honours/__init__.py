"""Pages of honours; one file per noun."""
