"""No two modules of the house import each other, however long the way around."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import grimp
import pytest

ROOMS = ("marketplace", "listings", "cms")


def circles(graph: grimp.ImportGraph) -> Iterator[list[str]]:
    """Sets of modules that reach each other, by taking away, again and again, what imports nothing of the rest."""
    rest = {module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}
    while leaves := [module for module, wanted in rest.items() if not wanted & rest.keys()]:
        for module in leaves:
            del rest[module]
    while rest:
        found = _around(rest)
        yield found
        for module in found:
            del rest[module]


def _around(rest: dict[str, set[str]]) -> list[str]:
    """One way around, found by walking on until a module comes again."""
    way = [next(iter(sorted(rest)))]
    while True:
        following = [module for module in sorted(rest[way[-1]]) if module in rest]
        if not following:
            return [way[-1]]  # only led into a circle that was told already
        if following[0] in way:
            return way[way.index(following[0]) :]
        way.append(following[0])


def graph_of(imports: Iterable[tuple[str, str]]) -> grimp.ImportGraph:
    made = grimp.ImportGraph()
    for importer, imported in imports:
        made.add_import(importer=importer, imported=imported)
    return made


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = grimp.build_graph(*ROOMS, exclude_type_checking_imports=True)

    assert [" -> ".join(found) for found in circles(graph) if len(found) > 1] == []


@pytest.mark.parametrize(
    ("imports", "expected"),
    [
        ([("a", "b"), ("b", "c")], []),
        ([("a", "b"), ("b", "a")], [["a", "b"]]),
        ([("top", "a"), ("a", "b"), ("b", "c"), ("c", "a"), ("c", "leaf")], [["a", "b", "c"]]),
    ],
)
def test_a_circle_is_found_where_there_is_one(imports: list[tuple[str, str]], expected: list[list[str]]) -> None:
    assert [sorted(found) for found in circles(graph_of(imports)) if len(found) > 1] == expected
