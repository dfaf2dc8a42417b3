"""The test's own worker: it never works for ever."""

from __future__ import annotations

import pytest

from karat import store
from karat.jobs import handlers
from karat.jobs.run import JobRun
from tests.api.visitors import Api, NeverDone


def test_a_job_that_asks_for_itself_ends_the_test_with_its_name(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def again(run: JobRun) -> None:
        run.database.write(lambda tx: store.jobs.enqueue(tx, "again", {}, now=run.now()))

    monkeypatch.setitem(handlers.HANDLERS, "again", again)
    monkeypatch.setattr("tests.api.visitors._MAX_STEPS", 20)
    api.database.write(lambda tx: store.jobs.enqueue(tx, "again", {}, now=api.clock.now))

    with pytest.raises(NeverDone, match=r"20 steps .* the jobs \['again'\]"):
        api.work()
