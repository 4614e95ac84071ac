"""From documents to papers: reading, finding citations, asking arXiv. The only room that uses the network."""
