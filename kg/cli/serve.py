"""The command that serves: pages and API, by a production WSGI server."""

from __future__ import annotations

import click

from kg.cli.options import library_options
from kg.config import is_loopback
from kg.errors import UsageError
from kg.library import Library


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any free one.")
@click.option("--token", metavar="TOKEN", help="Ask every request for this bearer token.")
@click.option("--public-read", is_flag=True, help="Let anyone who reaches the address read the library.")
@click.option("--allow-host", "hosts", multiple=True, metavar="NAME", help="Answer to this host name too.")
@click.option("--cors", metavar="ORIGIN", help="Let pages of this origin use the API.")
@library_options
def serve(
    library: Library,
    host: str,
    port: int,
    token: str | None,
    public_read: bool,
    hosts: tuple[str, ...],
    cors: str | None,
) -> None:
    """Serve the library in the browser, and as JSON under /api/v1."""
    if not is_loopback(host) and not (token or public_read):
        raise UsageError(
            f"--host {host} can be reached from other machines: give --token TOKEN to ask for it, "
            "or --public-read to let anyone read"
        )
    from webapp import Access, create_app
    from webapp.server import serve as run

    app = create_app(library, Access(host, tuple(hosts), token, cors))
    run(app, host, port, lambda address: click.echo(f"Serving {library.config.data} on {address}"))
