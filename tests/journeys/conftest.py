"""What the journeys share: one demo for all of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.demo import INTERFACE, Demo, running_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The running demo, filled once; journeys share it as people share an installation."""
    if not INTERFACE.is_file():
        pytest.skip("needs the built interface; `./dev test` builds it")
    with running_demo(tmp_path_factory.mktemp("demo") / "home") as running:
        yield running
