"""What `kg` is measured against, and `kg` itself, each as questions are put to it (see `benchmarks.asked`)."""
