"""Pure words and rules of touches."""
