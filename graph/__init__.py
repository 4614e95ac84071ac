"""Relations between papers: the graph, topics, and relatedness with its reasons. No file knows the store."""
