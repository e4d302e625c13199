"""Spans and metrics: what a run tells OpenTelemetry, and that it never tells an id or a value."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from e2e.bench.visitor import Visitor
from fluxlit_component import InMemorySessionStore
from fluxlit_component.codec import encode
from fluxlit_component.errors import StoreUnavailable
from fluxlit_component.state.record import Change, Commit
from tests import visitor as tab

SECRET = "a value that nobody may see"


@pytest.fixture(scope="module")
def exporters() -> tuple[InMemorySpanExporter, InMemoryMetricReader]:
    """The providers of this process: OpenTelemetry lets them be set once."""
    spans, reader = InMemorySpanExporter(), InMemoryMetricReader()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    trace.set_tracer_provider(provider)
    metrics.set_meter_provider(MeterProvider([reader]))
    return spans, reader


@pytest.fixture
def spans(exporters: tuple[InMemorySpanExporter, InMemoryMetricReader]) -> InMemorySpanExporter:
    """The spans of this test."""
    exporters[0].clear()
    return exporters[0]


@pytest.fixture
def counters(exporters: tuple[InMemorySpanExporter, InMemoryMetricReader]) -> Iterator[Counters]:
    """The counters, from where they stood before this test."""
    return Counters(exporters[1])


class Counters:
    """Sums of counters by name since this object was made."""

    def __init__(self, reader: InMemoryMetricReader) -> None:
        self._reader = reader
        self._before = self._sums()

    def since(self) -> dict[str, float]:
        """What was added."""
        now = self._sums()
        return {
            name: now[name] - self._before.get(name, 0)
            for name in now
            if now[name] != self._before.get(name, 0)
        }

    def points(self) -> list[Any]:
        """Every data point with its name."""
        data = self._reader.get_metrics_data()
        return [
            (metric.name, point)
            for resource in (data.resource_metrics if data else [])
            for scope in resource.scope_metrics
            for metric in scope.metrics
            for point in metric.data.data_points
        ]

    def _sums(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for name, point in self.points():
            found[name] = found.get(name, 0) + getattr(point, "value", getattr(point, "count", 0))
        return found


class MoodyStore(InMemorySessionStore):
    """A store that can be made to fail, quoting what it should not."""

    failing = False

    def commit(self, session_id: str, commit: Commit) -> Any:
        if self.failing:
            raise StoreUnavailable(f"{session_id} {SECRET}")
        return super().commit(session_id, commit)


def names(spans: InMemorySpanExporter) -> list[str]:
    """What was done, in the order in which it ended."""
    return [span.name for span in spans.get_finished_spans()]


def test_a_visit_is_told(tmp_path: Path, spans: InMemorySpanExporter, counters: Counters) -> None:
    """A commit with its keys, a conflict, an outage, a degraded run; never an id or a value."""
    store = MoodyStore()
    visitor = Visitor(tmp_path, {}, store=store)
    visitor.values = {"a": SECRET, "b": 1}
    visitor.run()
    sid = visitor.sid
    assert sid is not None
    assert "fluxlit.store.commit" in names(spans)
    commit = next(span for span in spans.get_finished_spans() if span.name == "fluxlit.commit")
    assert dict(commit.attributes or {}) == {"fluxlit.keys": 2}
    spans.clear()
    visitor.run()
    assert names(spans) == []  # nothing changed, nothing is asked of the store
    store.commit(sid, Commit({"b": Change(encode(2))}))
    visitor.values = {"b": 3}
    visitor.run()
    store.failing = True
    visitor.values = {"a": "other"}
    with pytest.raises(RuntimeError, match="degraded"):
        visitor.run()
    added = counters.since()
    assert added["fluxlit.conflicts"] == 1
    assert added["fluxlit.store.errors"] == 1
    assert added["fluxlit.degraded_runs"] == 1
    assert added["fluxlit.store.duration"] >= 2
    failed = [
        span for span in spans.get_finished_spans() if span.status.status_code is trace.StatusCode.ERROR
    ]
    assert [span.name for span in failed] == ["fluxlit.store.commit", "fluxlit.commit"]
    assert {span.attributes["error.type"] for span in failed if span.attributes} == {"StoreUnavailable"}
    told = spans.get_finished_spans()
    lines = [span.to_json() for span in told] + [str(point) for point in counters.points()]
    for secret in (sid, SECRET, "other"):
        assert not any(secret in line for line in lines)


@pytest.mark.usefixtures("forced")
def test_a_page_load_is_told(spans: InMemorySpanExporter, counters: Counters) -> None:
    """That a state came back, once a page load, and an id that no store knows; never the id itself."""
    store = InMemorySessionStore()
    visitor = tab.Visitor(tab.assign(a=1), store=store)
    assert "fluxlit.hydrate" not in names(spans)
    visitor.reload(tab.nothing).run()
    assert names(spans).count("fluxlit.hydrate") == 1
    assert "fluxlit.unknown_ids" not in counters.since()
    tab.Visitor(tab.nothing, query={tab.PARAM: tab.UNKNOWN}, store=store).run()
    assert counters.since()["fluxlit.unknown_ids"] == 1
    assert names(spans).count("fluxlit.hydrate") == 1
    told = [span.to_json() for span in spans.get_finished_spans()] + [str(p) for p in counters.points()]
    assert not any(secret in line for line in told for secret in (visitor.sid, tab.UNKNOWN))


def test_without_opentelemetry_nothing_happens() -> None:
    """Neither an import error nor a span; the functions can be called all the same."""
    code = (
        "import sys; sys.modules['opentelemetry'] = None\n"
        "from fluxlit_component import telemetry, url_session\n"
        "with telemetry.span('x', keys=1): telemetry.count('y'); telemetry.record_seconds('z', 1.0)\n"
        "try:\n"
        "    with telemetry.span('x'): raise KeyError\n"
        "except KeyError: print('goes on')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "goes on\n", done.stderr
