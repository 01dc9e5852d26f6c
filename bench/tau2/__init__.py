"""tau2: two businesses that we did not write, as workspaces behind MCP, and how far an agent comes with their tasks.

The data of the benchmark are read from `HANDRAIL_DATA` and never copied. `python -m bench tau2 --help` explains itself.
"""
