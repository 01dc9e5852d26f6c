"""The library must call nobody, and must leave our own traces as they are."""

import subprocess
import sys
import textwrap

PROGRAM = textwrap.dedent(
    """
    import asyncio, os, socket, sys, threading

    tried = []
    connect = socket.socket.connect

    def watched(self, address, *rest):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            tried.append(address)
            raise OSError("no network here")
        return connect(self, address, *rest)

    def looked_up(host, *rest, **more):
        if host not in ("127.0.0.1", "::1", "localhost", None):
            tried.append(host)
            raise OSError("no names here")
        return resolve(host, *rest, **more)

    resolve = socket.getaddrinfo
    socket.socket.connect = socket.socket.connect_ex = watched
    socket.getaddrinfo = looked_up

    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    ours = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(ours))
    trace.set_tracer_provider(provider)
    os.environ["TIKTOKEN_CACHE_DIR"] = "/somewhere"

    from handrail.conversation.settings import Checks
    from handrail.guardrails.rails import Rails
    from handrail.guardrails.verdict import Evidence

    async def main():
        rails = Rails(Checks())
        with trace.get_tracer("handrail").start_as_current_span("turn"):
            for _ in range(3):
                await rails.inbound("my secret words, get me a person", None)
                await rails.outbound("Anything goes.", Evidence())

    asyncio.run(main())
    from guardrails.utils.hub_telemetry_utils import HubTelemetry
    assert HubTelemetry()._tracer is None
    spans = ours.get_finished_spans()
    assert [s.name for s in spans] == ["turn"], spans
    assert os.environ["TIKTOKEN_CACHE_DIR"] == "/somewhere"
    assert not [t for t in threading.enumerate() if "Batch" in t.name or "Otel" in t.name], threading.enumerate()
    assert not tried, tried
    print("quiet")
    """
)


def test_a_run_opens_no_connection_and_keeps_our_own_traces() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    assert run.stdout.strip().endswith("quiet")
