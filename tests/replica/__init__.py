"""The services that `kg` talks to, on loopback: what they answer, and how they fail.

Every behaviour is copied from the services' own source, documentation or recorded answers; where none is
known, the code says that it is assumed. By hand: `python -m tests.replica --papers FILE --port 0`.
"""

from tests.replica.server import Replica

__all__ = ["Replica"]
