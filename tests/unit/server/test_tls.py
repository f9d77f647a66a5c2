"""The door that speaks TLS: trusted by whoever is told of its authority, and by nobody else."""

import asyncio
import ssl
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from tomking.server.http import application
from tomking.server.tls import CHAIN_FILE, certified
from tomking.server.tokens import Tokens
from worlds.served import world_at

pytestmark = pytest.mark.integration

TODAY = datetime.now(UTC)  # noqa: TID251 - certificates are judged by the clock of the machine
PAGE = "margin-requirements-public-configuration"


def asked(server_side: ssl.SSLContext, client_side: ssl.SSLContext, name: str) -> int:
    """The status of a page that needs no token, asked for under a name."""

    async def run() -> int:
        world, _ = world_at()
        server = TestServer(application(world, Tokens("s", "r")), host="127.0.0.1")
        await server.start_server(ssl=server_side)
        try:
            async with (
                aiohttp.ClientSession() as http,
                http.get(f"https://{name}:{server.port}/{PAGE}", ssl=client_side) as answer,
            ):
                return answer.status
        finally:
            await server.close()

    return asyncio.run(run())


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_whoever_is_told_of_the_authority_trusts_the_server(tmp_path: Path, name: str) -> None:
    ours, authority = certified(tmp_path, TODAY)
    trusting = ssl.create_default_context(cafile=str(authority))
    assert asked(ours, trusting, name) == 200
    assert (tmp_path / CHAIN_FILE).stat().st_mode & 0o077 == 0


def test_nobody_else_does(tmp_path: Path) -> None:
    ours, _ = certified(tmp_path, TODAY)
    with pytest.raises(aiohttp.ClientConnectorCertificateError):
        asked(ours, ssl.create_default_context(), "localhost")
