"""The HTTP connection to one webserver, with credentials, redirects and proxies."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

import httpx

from console.api.credentials import Credentials
from console.api.door import OPEN, TIMEOUT_SECONDS, Door, ssl_context
from console.api.faults import REDIRECTS, broken_line, certificate_wanted, fault_of
from console.domain.errors import NoCredential
from console.domain.web_address import read_address
from console.redaction import hide

if TYPE_CHECKING:
    from console.domain.errors import ApiError

MOST_REDIRECTS = 3
MOST_ROOTS = 4
GRAPHQL = "/graphql"


def graphql_url(url: str) -> str:
    """The API's address for a typed or copied address; raises ValueError with a sentence."""
    full = url if "://" in url else f"http://{url}"
    if not _is_address(full):
        raise ValueError(
            f"`{_shown(url)}` is no address of a Dagster webserver; http://host:port is expected"
        )
    return read_address(full).base + GRAPHQL


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = httpx.URL(url).host if parts.port != 0 else ""
        host.encode("idna")
    except (ValueError, httpx.InvalidURL):
        return False
    return parts.scheme in ("http", "https") and bool(host) and not set(host) & set(" %")


def _shown(url: str) -> str:
    """The address without name and password."""
    scheme, separator, rest = url.rpartition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"


class Line:
    """Posts to the API's address, which changes if the webserver turns out to be elsewhere."""

    def __init__(self, url: str, door: Door = OPEN) -> None:
        self.url = graphql_url(url)
        self.door = door
        self.notice = ""
        """A sentence to show once: the address to which it moved."""
        self.bytes_received = 0
        self._typed = url if "://" in url else f"http://{url}"
        self._credentials = Credentials(door.credentials)
        self._http: httpx.AsyncClient | None = None
        self._root_found = False
        self._answered = False
        password = urlsplit(self.url).password
        if password:
            hide(unquote(password))

    @property
    def place(self) -> str:
        """`host:port`, for sentences, without name and password."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()

    def fault(self, response: httpx.Response) -> ApiError:
        """The error for an HTTP answer that isn't Dagster's."""
        return fault_of(response, self.place, len(response.request.content), datetime.now(UTC))

    async def post(self, content: bytes, timeout: float) -> httpx.Response:
        """The last answer, after redirects; `timeout` is in seconds. Raises ApiError.

        A redirect is followed only on the same host and only to an address that ends in `/graphql`.
        """
        headers = await self._credentials.headers()
        response = await self._request("POST", self.url, headers, timeout, content)
        for _ in range(MOST_REDIRECTS):
            if not await self._moved(response):
                break
            response = await self._request("POST", self.url, headers, timeout, content)
        if _is_closed(response) and await self._credentials.renewed(headers):
            headers = await self._credentials.headers()
            response = await self._request("POST", self.url, headers, timeout, content)
        if response.status_code in (404, 405) and await self._found_root(headers, timeout):
            response = await self._request("POST", self.url, headers, timeout, content)
        return response

    async def knock(self, timeout: float) -> None:
        """Checks whether the server answers. Raises ApiError."""
        headers = await self._credentials.headers()
        await self._request("GET", f"{self.url}?query={{__typename}}", headers, timeout)

    async def _request(
        self, method: str, url: str, headers: dict[str, str], timeout: float, content: bytes = b""
    ) -> httpx.Response:
        connect = self.door.connect_timeout
        seconds = timeout * self.door.timeout / TIMEOUT_SECONDS
        http = await self._client()
        try:
            response = await http.request(
                method,
                url,
                content=content,
                headers={"content-type": "application/json", **headers},
                timeout=httpx.Timeout(seconds, connect=connect),
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            if isinstance(error, httpx.InvalidURL):
                raise NoCredential("the proxy's address is no URL") from None
            if self._may_want_certificate(error):
                raise certificate_wanted(self.place) from error
            raise broken_line(error, self.place, seconds, connect) from error
        self._answered = True
        self.bytes_received += response.num_bytes_downloaded
        return response

    def _may_want_certificate(self, error: httpx.HTTPError) -> bool:
        """Whether a client certificate may be missing; TLS 1.3 then ends the connection after the handshake."""
        dropped = isinstance(error, httpx.ReadError | httpx.RemoteProtocolError)
        tls = self.url.startswith("https")
        return dropped and tls and not self._answered and self.door.certificate is None

    async def _client(self) -> httpx.AsyncClient:
        """The HTTP client; TLS is set up only for https, as it takes longer than a question."""
        if self._http is None:
            tls = self.url.startswith("https")
            verify = await ssl_context(self.door) if tls else False
            try:
                self._http = httpx.AsyncClient(verify=verify, proxy=self.door.proxy)
            except (ValueError, httpx.InvalidURL, ImportError):
                raise NoCredential(
                    "the proxy's address is not one of http://, https:// or socks5://"
                ) from None
        return self._http

    async def _moved(self, response: httpx.Response) -> bool:
        """Whether the answer redirects to another address of the same host, which is used from now on."""
        location = response.headers.get("location")
        if response.status_code not in REDIRECTS or not location:
            return False
        current, target = urlsplit(self.url), urlsplit(urljoin(self.url, location))
        if (
            target.hostname != current.hostname
            or target.scheme not in ("http", "https")
            or (current.scheme == "https" and target.scheme == "http")
            or not target.path.rstrip("/").endswith(GRAPHQL)
        ):
            return False
        user = current.netloc.rpartition("@")
        netloc = target.netloc if "@" in target.netloc else f"{user[0]}{user[1]}{target.netloc}"
        await self._move(target._replace(netloc=netloc, query="", fragment="").geturl().rstrip("/"))
        return True

    async def _move(self, url: str) -> None:
        self.url = url
        await self.close()
        self._http = None
        self.notice = f"Dagster is at {_shown(url).removesuffix(GRAPHQL)}"

    async def _found_root(self, headers: dict[str, str], timeout: float) -> bool:
        """Whether the webserver's root is a parent path of the typed address."""
        if self._root_found:
            return False
        self._root_found = True
        parts = urlsplit(self._typed)
        path = [part for part in parts.path.split("/") if part][:MOST_ROOTS]
        for end in range(len(path), -1, -1):
            root = "".join(f"/{part}" for part in path[:end])
            base = urlsplit(self.url)._replace(path=root).geturl()
            if base + GRAPHQL == self.url:
                continue
            answer = await self._request("GET", f"{base}/server_info", headers, timeout)
            if _is_server_info(answer):
                await self._move(base + GRAPHQL)
                return True
        return False


def _is_closed(response: httpx.Response) -> bool:
    """Whether the answer asks for other credentials, by its status or a redirect to a login page."""
    return response.status_code == 401 or response.status_code in REDIRECTS


def _is_server_info(response: httpx.Response) -> bool:
    try:
        info = json.loads(response.content)
    except ValueError:
        return False
    return isinstance(info, dict) and "dagster_webserver_version" in info
