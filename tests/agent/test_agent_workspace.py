"""Loading a workspace's own Python files by path."""

import textwrap
from pathlib import Path

import pytest

from handrail.agent.workspace import Workspace, load_workspace
from handrail.conversation.errors import SettingsError
from handrail.conversation.settings import Business, Settings

TOOL = '''
from handrail.agent.tools import Context, tool
from .rules import LIMIT

@tool(effect="read")
async def {name}(ctx: Context) -> dict[str, int]:
    """Tell the limit."""
    from .rules import LIMIT as late
    return {{"limit": LIMIT, "late": late}}
'''


def make(folder: Path, files: dict[str, str], tools: tuple[str, ...] | None = None) -> Workspace:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(textwrap.dedent(text))
    named = tools or tuple(name for name in files if name.endswith("tools.py"))
    return load_workspace(Settings(workspace=folder, business=Business(tools=tuple(Path(name) for name in named))))


async def test_neighbours_import_each_other_and_workspaces_do_not_meet(tmp_path: Path) -> None:
    loaded = [
        make(tmp_path / name, {"shop/rules.py": f"LIMIT = {limit}", "shop/tools.py": TOOL.format(name="limit")})
        for name, limit in (("one", 1), ("two", 2))
    ]
    for workspace, limit in zip(loaded, (1, 2), strict=True):
        assert [tool.name for tool in workspace.tools] == ["limit"]
        assert await workspace.by_name["limit"].run(None) == {"limit": limit, "late": limit}


async def test_lifespan_and_directory_are_found_and_opened(tmp_path: Path) -> None:
    workspace = make(
        tmp_path,
        {
            "shop/tools.py": """
            from contextlib import asynccontextmanager
            from handrail.agent.tools import Person

            @asynccontextmanager
            async def lifespan(workspace):
                yield {"folder": workspace.folder, "data": workspace.data_folder, "url": workspace.database_url}

            async def find_customer(resources, claim):
                return Person(id="c1", name="Ada")
            """
        },
    )
    async with workspace.open("postgresql://here") as resources:
        assert resources == {"folder": tmp_path, "data": tmp_path / ".handrail", "url": "postgresql://here"}
    assert workspace.find_customer is not None
    found = await workspace.find_customer(None, {})
    assert found is not None and found.id == "c1"


async def test_a_workspace_without_a_lifespan_has_no_resources(tmp_path: Path) -> None:
    async with make(tmp_path, {}).open("") as resources:
        assert resources is None


def test_a_tool_that_two_files_import_is_one_tool(tmp_path: Path) -> None:
    files = {
        "rules.py": "LIMIT = 1",
        "a_tools.py": TOOL.format(name="limit"),
        "b_tools.py": "from .a_tools import limit",
    }
    assert len(make(tmp_path, files).tools) == 1


def test_a_file_mended_after_an_error_loads(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        make(tmp_path, {"rules.py": "LIMIT = 1", "tools.py": "from .rules import NOTHING"})
    assert make(tmp_path, {"tools.py": TOOL.format(name="limit")}).tools


@pytest.mark.parametrize(
    ("files", "tools", "told"),
    [
        ({}, ("tools.py",), "business.tools: tools.py: there is no such file"),
        ({"tools.txt": ""}, ("tools.txt",), "must be a Python file inside the workspace"),
        ({"my-tools.py": ""}, None, "names that Python can import"),
        ({"tools.py": "x = 1\ny = = 2"}, None, "tools.py:2: SyntaxError"),
        ({"tools.py": "x = 1\n\ny = 1 / 0"}, None, "tools.py:3: ZeroDivisionError"),
        ({"rules.py": "\nlimit = nothing", "tools.py": "from .rules import limit"}, None, "rules.py:2: NameError"),
        ({"tools.py": "import not_installed_at_all"}, None, "tools.py:1: No module named 'not_installed_at_all'"),
        ({"a/rules_.py": "", "a/tools.py": "import rules_"}, None, "write: from .rules_ import"),
        (
            {"tools.py": "from handrail.agent.tools import Context, tool\n@tool(effect='read')\nasync def f(ctx): ..."},
            None,
            "tools.py:2: tool f: it must say what it returns",
        ),
        (
            {
                "rules.py": "LIMIT = 1",
                "a_tools.py": TOOL.format(name="limit"),
                "b_tools.py": TOOL.format(name="limit"),
            },
            None,
            "another tool is called limit already",
        ),
        (
            {"a_tools.py": "async def find_customer(r, c): ...", "b_tools.py": "async def find_customer(r, c): ..."},
            None,
            "only one file may define find_customer",
        ),
        ({"tools.py": "def find_customer(r, c): ..."}, None, "find_customer must be an async function"),
        (
            {"tools.py": "async def lifespan(workspace):\n    yield"},
            None,
            "lifespan must be made by @asynccontextmanager",
        ),
    ],
)
def test_errors_name_file_and_line(
    tmp_path: Path, files: dict[str, str], tools: tuple[str, ...] | None, told: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        make(tmp_path, files, tools)
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("identity", "warned"),
    [
        ({}, True),
        ({"jwt_secret": "s" * 32}, False),
        ({"jwks_url": "https://shop.example/keys", "jwt_issuer": "i", "jwt_audience": "a"}, False),
    ],
)
def test_operations_of_others_that_nobody_could_prove_to_be_for_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, identity: dict[str, str], warned: bool
) -> None:
    operations = {"mine": {"bind": {"user": "customer.id"}}, "hours": {"public": True}}
    source = {"kind": "openapi", "document": "rental.yml", "tools": operations}
    load_workspace(
        Settings.model_validate({"workspace": tmp_path, "identity": identity, "tools": {"sources": {"rental": source}}})
    )
    assert ("mine of rental" in caplog.text) is warned
    assert "hours" not in caplog.text
