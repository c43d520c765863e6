"""The pages of audiences: the list, the builder, one audience, why, overlap, lists, the grid of RFM."""
