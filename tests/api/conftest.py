"""The fixture `api`: the application on a fresh SQLite and a fresh PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from karat.settings import Settings
from karat.store.database import Database
from tests.api.visitors import Api


@pytest.fixture
def api(database: Database, tmp_path: Path) -> Iterator[Api]:
    served = Api(database, Settings(home=tmp_path / "karat"))
    yield served
    served.close()
