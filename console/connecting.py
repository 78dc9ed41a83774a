"""Makes the client of the deployment that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.api.client import Client
from console.api.door import OPEN
from console.api.journal import Journal
from console.api.server import KnownServers

if TYPE_CHECKING:
    from console.settings import Settings


def client_of(settings: Settings) -> Client:
    """The client; it sends nothing until something is asked."""
    client = Client(
        settings.url,
        read_only=settings.read_only,
        journal=Journal(settings.journal_path),
        door=settings.door or OPEN,
        servers=KnownServers(settings.servers_path),
    )
    client.own_rule = settings.why_read_only or client.own_rule
    return client
