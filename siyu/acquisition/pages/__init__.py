"""The pages of channels: what they brought, what they cost, which UTM values mean them."""
