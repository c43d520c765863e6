"""Pages of membership in the console; one file per noun."""
