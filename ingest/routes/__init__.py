"""The routes by which papers are described: each takes the next batch of the queue, asks, and stores the answer."""
