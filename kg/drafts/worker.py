"""The process that reads drafts (`python -m kg.drafts.worker`): see `ingest.worker`."""

from __future__ import annotations

from ingest.worker import serve
from kg.drafts import Unread
from kg.drafts.reading import read

if __name__ == "__main__":
    serve(Unread, read)
