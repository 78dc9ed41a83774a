"""Run by Superset's own Python: makes its database, its one user and what the definitions say.

Reads JSON from standard input: {"user", "password", "uri", "reader_password"}. May be run again.
"""

import json
import sys
import traceback
from pathlib import Path
from typing import Any

import yaml
from flask import g
from flask_migrate import upgrade
from superset.app import create_app

DEFINITIONS = Path(__file__).parent / "definitions"
DATABASE = "databases/marts.yaml"


def main() -> None:
    order = json.load(sys.stdin)
    with create_app().app_context():
        upgrade(directory=_migrations())
        g.user = _user(order["user"], order["password"])
        _import(order["uri"], order["reader_password"])


def _migrations() -> str:
    import superset

    return str(Path(superset.__file__).parent / "migrations")


def _user(name: str, password: str) -> Any:
    """The administrator, made with roles and permissions the first time."""
    from superset import appbuilder, security_manager

    if user := security_manager.find_user(username=name):
        return user
    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    role = security_manager.find_role("Admin")
    return security_manager.add_user(
        name, "dagdeck", "dagdeck", "dagdeck@localhost", role, password
    )


def _import(uri: str, password: str) -> None:
    """Imports the definitions in place of those with the same uuid."""
    from superset.commands.importers.v1.assets import ImportAssetsCommand

    paths = DEFINITIONS.rglob("*.yaml")
    files = {str(path.relative_to(DEFINITIONS)): yaml.safe_load(path.read_text()) for path in paths}
    files[DATABASE]["sqlalchemy_uri"] = uri
    for name, content in files.items():
        if name.startswith("charts/"):
            content["query_context"] = json.dumps(query_context(content["params"]))
    contents = {name: yaml.safe_dump(content) for name, content in files.items()}
    ImportAssetsCommand(contents, passwords={DATABASE: password}).run()


def query_context(params: dict[str, Any]) -> dict[str, Any]:
    """The chart's query to its dataset, for whoever wants its figures without its picture."""
    axis: Any = params["x_axis"]
    if grain := params.get("time_grain_sqla"):
        axis = {
            "label": axis,
            "sqlExpression": axis,
            "expressionType": "SQL",
            "columnType": "BASE_AXIS",
            "timeGrain": grain,
        }
    query = {
        "columns": [axis, *_list(params["groupby"])],
        "metrics": _list(params.get("metrics") or params["metric"]),
        "row_limit": params["row_limit"],
    }
    asked = {"result_format": "json", "result_type": "full", "queries": [query]}
    return {"datasource": {"id": 0, "type": "table"}, **asked}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


if __name__ == "__main__":
    try:
        main()
    except Exception as error:
        traceback.print_exc()
        cause = error.__cause__ or error
        sys.exit(f"{type(cause).__name__}: {cause}")
