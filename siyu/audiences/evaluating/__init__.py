"""Who is in: judged for the members that a transaction touched, or for everybody; by the same SQL, with the same answer."""
