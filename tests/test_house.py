"""The house keeps its own rules: names at the top, sizes, locks, templates without inline style or script."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template import TemplateSyntaxError
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parent.parent
WANTED = {"manage.py", "pyproject.toml", "README.md", "marketplace", "listings", "cms", "templates", "tests"}
EXPECTED_BY_TOOLS = {
    ".ci",
    ".dockerignore",
    ".env.example",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Dockerfile",
    "LICENSE",
    "Makefile",
    "SECURITY.md",
    "compose.yaml",
    "docs",
    "locale",
    "requirements-dev.txt",
    "requirements-scale.txt",
    "requirements.txt",
}
LONGEST_FUNCTION = 40
LONGEST_TEST_FUNCTION = 60  # fixtures make whole worlds
LONGEST_MODULE = 400
LONGEST_TEMPLATE = 150
BRANCHES = (ast.If, ast.IfExp, ast.For, ast.While, ast.Try, ast.With, ast.Match, ast.comprehension)


def tracked() -> list[Path]:
    """Every file of the project; in a git checkout those that git keeps."""
    if not (ROOT / ".git").exists():
        return [file for name in WANTED | EXPECTED_BY_TOOLS for file in [ROOT / name, *(ROOT / name).rglob("*")]
                if file.is_file() and "__pycache__" not in file.parts]  # fmt: skip
    told = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in told.split("\0") if name and (ROOT / name).is_file()]


def modules() -> list[Path]:
    return [file for file in tracked() if file.suffix == ".py" and "migrations" not in file.parts]


def _is_table(body: list[ast.stmt]) -> bool:
    """Rows of a table written as calls: it has no branch, so its length is that of the data."""
    return not any(isinstance(node, BRANCHES) for statement in body for node in ast.walk(statement))


def functions(file: Path) -> Iterator[tuple[str, int, bool]]:
    """Name, lines without head and docstring, and whether it is a mere table."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            if body:
                yield node.name, (body[-1].end_lineno or 0) - body[0].lineno + 1, _is_table(body)


def test_the_top_level_is_exactly_as_planned() -> None:
    names = {file.relative_to(ROOT).parts[0] for file in tracked()}

    assert names >= WANTED
    assert names - WANTED <= EXPECTED_BY_TOOLS


def test_no_function_is_too_long_to_read() -> None:
    long = []
    for file in modules():
        place = file.relative_to(ROOT)
        most = LONGEST_TEST_FUNCTION if place.parts[0] == "tests" else LONGEST_FUNCTION
        long += [f"{place} {name}: {n}" for name, n, table in functions(file) if n > most and not table]

    assert long == []


def test_the_measure_of_functions_sees_a_long_one(tmp_path: Path) -> None:
    branching = "def long(x):\n" + "    if x:\n        x += 1\n" * 21
    listing = "def table():\n" + "    row(1)\n" * 45
    told = 'def told():\n    """' + "\n" * 60 + '"""\n    return 1\n'
    (tmp_path / "a.py").write_text(branching + listing + told)

    assert list(functions(tmp_path / "a.py")) == [("long", 42, False), ("table", 45, True), ("told", 1, True)]


def test_no_module_is_too_long_to_read() -> None:
    lengths = {file.relative_to(ROOT): len(file.read_text(encoding="utf-8").splitlines()) for file in modules()}

    assert {str(place): lines for place, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def templates() -> list[Path]:
    return [file for file in tracked() if "templates" in file.relative_to(ROOT).parts[:-1]
            and file.suffix in {".html", ".txt", ".xml"} and "tests" not in file.parts]  # fmt: skip


def test_no_template_is_too_long_to_read() -> None:
    lengths = {str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines()) for file in templates()}

    assert {place: lines for place, lines in lengths.items() if lines > LONGEST_TEMPLATE} == {}


def test_every_template_compiles() -> None:
    broken = []
    for file in templates():
        try:
            get_template(str(file.relative_to(ROOT / "templates")))
        except TemplateSyntaxError as error:
            broken.append(f"{file.relative_to(ROOT)}: {error}")

    assert broken == []


INLINE = {
    "style element": r"<style[\s>]",
    "style attribute": r"<[^>]*\sstyle\s*=",
    "event attribute": r"<[^>]*\son[a-z]+\s*=",
    "javascript address": r"""(?:href|src|action)\s*=\s*["']?\s*javascript:""",
    "script element": r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")[\s>]",
    "foreign address loaded": r"<(?:script|img|iframe|link[^>]*stylesheet)[^>]*(?:src|href)=\"https?:",
}


def inline(html: str) -> list[str]:
    """What the content security policy would block, by name."""
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", html, flags=re.DOTALL)
    return [name for name, pattern in INLINE.items() if re.search(pattern, bare, re.IGNORECASE)]


STYLED = {"style element", "style attribute"}  # mail programs and a saved file load no style sheet of ours


def leaves_the_site(file: Path) -> bool:
    """Whether a template is a mail, or a page that people save: no policy of ours reads it."""
    place, text = file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")
    return place.startswith("templates/mail/") or '"mail/base.html"' in text or place.endswith("privacy/copy.html")


def test_templates_carry_no_inline_style_or_script() -> None:
    found = {
        str(file.relative_to(ROOT)): set(inline(file.read_text(encoding="utf-8")))
        - (STYLED if leaves_the_site(file) else set())
        for file in templates()
    }

    assert {place: names for place, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("html", "name"),
    [
        ("<style>p{}</style>", "style element"),
        ('<p class="a" style="color: red">', "style attribute"),
        ("<p {% if a %}x{% endif %} onclick=go()>", "event attribute"),
        ('<a href="javascript:go()">', "javascript address"),
        ("<script>go()</script>", "script element"),
        ('<script src="https://cdn.example/x.js"></script>', "foreign address loaded"),
    ],
)
def test_the_search_for_inline_code_finds_it(html: str, name: str) -> None:
    assert inline(html) == [name]


def test_data_in_a_script_element_is_no_code() -> None:
    assert inline('<script type="application/json">{"a": 1}</script><script src="/static/a.js" defer></script>') == []


PIN = re.compile(r"^([A-Za-z0-9._-]+(?:\[[^\]]*\])?)==([^\s;\\]+)(\s*;[^\\]*)?\s*\\?$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def locked(name: str) -> dict[str, tuple[str, frozenset[str]]]:
    """What a lock file pins: name → version and hashes. Fails on a line that is neither pin, hash nor comment."""
    found: dict[str, tuple[str, set[str]]] = {}
    last = ""
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if pin := PIN.match(line):
            last = pin[1].lower().replace("_", "-")
            found[last] = (pin[2], set())
        else:
            assert HASH.match(line), f"{name}: {line}"  # an index address would stand here
            found[last][1].add(line.strip(" \\"))
    return {key: (version, frozenset(hashes)) for key, (version, hashes) in found.items()}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_dependency_has_hashes_and_no_index_is_named(name: str) -> None:
    pins = locked(name)

    assert len(pins) > 50
    assert [key for key, (_version, hashes) in pins.items() if not hashes] == []


def test_what_runs_the_site_is_a_part_of_what_tests_it() -> None:
    run, test = locked("requirements.txt"), locked("requirements-dev.txt")

    assert {key: pin for key, pin in run.items() if test.get(key) != pin} == {}


def test_running_the_site_installs_no_test_tool() -> None:
    tools = {"pytest", "pytest-django", "mypy", "ruff", "hypothesis", "playwright", "coverage", "import-linter"}

    assert not tools & set(locked("requirements.txt"))
    assert tools <= set(locked("requirements-dev.txt"))
