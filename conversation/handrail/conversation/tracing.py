"""The table `[tracing]`: where turns are shown as traces.

[tracing]
endpoint = "http://127.0.0.1:6006/v1/traces"
"""

from pydantic import Field, SecretStr, field_validator

from handrail.conversation.sections import Section, Url, private_url


class TracingSection(Section):
    """OpenTelemetry traces over OTLP/HTTP; none leave where no `endpoint` is set."""

    endpoint: Url | None = None
    """The whole address, `/v1/traces` included: https, or on this machine."""
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    """Sent with every request, for the tracker's key."""
    content: bool = False
    """Whether traces carry what was said, arguments and results; else names, times, counts and verdicts alone."""

    _endpoint = field_validator("endpoint")(private_url)
