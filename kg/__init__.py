"""What all rooms share: identifiers, records, settings, the store, and the `kg` command."""

__version__ = "0.1.0"
