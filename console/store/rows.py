"""The cells of every asset as the server tells them; which are stale is added on reading."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING

from console.domain.assets.keys import AssetKey
from console.domain.status.states import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class Rows(MutableMapping[AssetKey, Row]):
    """A row that is read has its stale cells marked; `told` has it without."""

    def __init__(self, marked: Callable[[AssetKey, Row], Row]) -> None:
        self.told: dict[AssetKey, Row] = {}
        self._mark = marked
        self._marked: dict[AssetKey, Row] = {}

    def __getitem__(self, key: AssetKey) -> Row:
        if key not in self._marked:
            self._marked[key] = self._mark(key, self.told[key])
        return self._marked[key]

    def __setitem__(self, key: AssetKey, row: Row) -> None:
        self.told[key] = row
        self._marked.pop(key, None)

    def __delitem__(self, key: AssetKey) -> None:
        del self.told[key]
        self._marked.pop(key, None)

    def __contains__(self, key: object) -> bool:
        return key in self.told

    def __iter__(self) -> Iterator[AssetKey]:
        return iter(self.told)

    def __len__(self) -> int:
        return len(self.told)

    def mark_again(self, keys: Iterable[AssetKey]) -> None:
        """Other cells of these rows are stale than were."""
        for key in keys:
            self._marked.pop(key, None)
