"""Style, scripts and icon: each has its content's hash in its address, so it is fetched once and kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask, Response, request, url_for

_FOREVER = "public, max-age=31536000, immutable"


def serve_once(app: Flask) -> None:
    """Give the templates of `app` the function `asset`, and let browsers keep what lies at its addresses."""
    folder = Path(app.static_folder or "")
    files = (file for file in folder.iterdir() if file.is_file())
    hashes = {file.name: hashlib.sha256(file.read_bytes()).hexdigest()[:12] for file in files}

    def asset(name: str) -> str:
        return url_for("static", filename=name, v=hashes[name])

    @app.after_request
    def keep(response: Response) -> Response:
        found = request.endpoint == "static" and response.status_code in {200, 304}
        if found and request.args.get("v") == hashes[(request.view_args or {})["filename"]]:
            response.headers["Cache-Control"] = _FOREVER
        return response

    app.jinja_env.globals["asset"] = asset
