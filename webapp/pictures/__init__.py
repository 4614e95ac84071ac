"""Charts, maps and graphs worked out as numbers and paths, which templates draw as SVG."""
