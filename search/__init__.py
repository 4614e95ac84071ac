"""Finding papers: the encoder, the vector index, the keyword side, and what joins them."""
