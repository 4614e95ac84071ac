"""The command that serves: pages and API, by a production WSGI server."""

from __future__ import annotations

import os
import re
from typing import Any

import click

from kg.cli.options import library_options
from kg.config import is_loopback
from kg.errors import UsageError
from kg.library import Library

_LOGS = ("faults", "requests", "queries")
# RFC 6454, as browsers send it: in small letters, without a path, without the port that its scheme has anyway.
_ORIGIN = re.compile(r"(?!http:.*:80$|https:.*:443$)https?://(?:\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::[1-9][0-9]{0,4})?")
_NAME = re.compile(r"(?:[\w-]{1,63}\.)*[\w-]{1,63}|\[?[0-9A-Fa-f:.]+\]?")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any free one.")
@click.option(
    "--token",
    metavar="TOKEN",
    help="Ask every request for this bearer token; a browser asks its user, as a password. Others on this machine can "
    "read it here, in the environment they cannot. [env KG_TOKEN]",
)
@click.option("--public-read", is_flag=True, help="Let anyone who reaches the address read the library.")
@click.option("--allow-host", "hosts", multiple=True, metavar="NAME", help="Answer to this host name too.")
@click.option("--cors", metavar="ORIGIN", help="Let pages of this origin, such as https://notes.example, use the API.")
@click.option(
    "--log",
    type=click.Choice(_LOGS),
    default="faults",
    show_default=True,
    help="Write to standard error: faults of the server; also a line for each request, without what it asks; or with.",
)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that answer.")
@library_options
def serve(
    library: Library,
    host: str,
    port: int,
    token: str | None,
    public_read: bool,
    hosts: tuple[str, ...],
    cors: str | None,
    log: Any,
    workers: int,
) -> None:
    """Serve the library in the browser, and as JSON under /api/v1.

    With --workers several processes answer, and one more encodes questions for all of them: for many readers on a
    machine with several processors.
    """
    token = _token(token)
    _check(hosts, cors)
    from webapp import Access, create_app
    from webapp.server import address_of
    from webapp.server import serve as run

    address = address_of(host) if host else ""
    if not address or not (token or public_read or is_loopback(address)):
        raise UsageError(
            f"--host {host or repr(host)} can be reached from other machines: give --token TOKEN (or KG_TOKEN) to ask "
            "for it, or --public-read to let anyone read"
        )
    access = Access(address, (host, *hosts), token, cors)

    def announce(url: str) -> None:
        click.echo(f"Serving {library.config.data} on {url}")

    if workers > 1:
        from webapp.workers import serve as run_several

        run_several(library.config, access, port, announce, log, workers)
    else:
        run(create_app(library, access), address, port, announce, log)


def _token(given: str | None) -> str | None:
    """The token of the option, else of the environment. An empty one is a mistake, and no wish to let anyone in.

    :raises UsageError: it is blank, or has signs that a header cannot carry.
    """
    token = os.environ.get("KG_TOKEN") if given is None else given
    if token is not None and not re.fullmatch(r"[!-~]+", token):
        raise UsageError(
            "the token (--token, KG_TOKEN) may be nothing but letters, digits and signs of ASCII, without spaces: "
            "`openssl rand -hex 24` makes a good one"
        )
    return token


def _check(hosts: tuple[str, ...], cors: str | None) -> None:
    """
    :raises UsageError: a host is no name, or the origin is none.
    """
    for name in hosts:
        if not _NAME.fullmatch(name):
            raise UsageError(f"--allow-host {name!r} is no host name: give it without scheme, port and path")
    if cors is not None and not _ORIGIN.fullmatch(cors):
        raise UsageError(
            f"--cors {cors!r} is no origin: give one as browsers send it, scheme, host and port in small letters, "
            "such as https://notes.example or http://127.0.0.1:3000"
        )
