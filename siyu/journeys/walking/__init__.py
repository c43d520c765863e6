"""How members are moved in the pump: what is read, walked in rounds over sets, done to the world, and written."""
