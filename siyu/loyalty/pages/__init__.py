"""The programme's pages: what is owed, rules, tiers."""
