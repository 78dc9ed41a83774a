"""`python -m pipelines.standin`: a server on this machine that speaks two APIs,
Nightscout's with made-up readings and GitHub's with made-up events."""

from __future__ import annotations

import argparse

import uvicorn

from pipelines.settings import DAYS_SERVED
from pipelines.standin.github import GithubServer, routes
from pipelines.standin.nightscout import NightscoutServer, application
from pipelines.standin.store import EntryStore


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m pipelines.standin", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=1337)
    parser.add_argument("--days", type=int, default=DAYS_SERVED, help="days served before today")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--user", default="demo")
    parser.add_argument("--secret", help="without it anyone may read, as Nightscout's default is")
    parser.add_argument("--github-token", help="without it any token is good")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    store = EntryStore(days=given.days, seed=given.seed, user=given.user)
    server = NightscoutServer(store, given.secret)
    github = GithubServer(user=given.user, seed=given.seed, token=given.github_token)
    uvicorn.run(
        application(server, *routes(github)),
        host=given.host,
        port=given.port,
        log_level="info",
        access_log=False,
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    main()
