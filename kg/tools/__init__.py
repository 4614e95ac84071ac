"""What assistants may ask: the library's questions as tools, and their server over the Model Context Protocol."""
