"""The writers of membership; one file per noun."""
