"""The pages of units: what kinds of value there are, in words, and the editor of their terms."""
