"""Dockerfile and compose file say what can work: where no Docker runs, their parts are checked against each other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"] == "kaixu"]
KNOWN_KEYS = {
    "build", "cap_drop", "command", "configs", "depends_on", "environment", "healthcheck", "image", "ports",
    "read_only", "restart", "security_opt", "tmpfs", "volumes",
}  # fmt: skip


def steps() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, continued lines joined."""
    joined = re.sub(r"\\\n", " ", re.sub(r"(?m)^\s*#.*\n", "", DOCKERFILE))
    lines = (line.partition(" ") for line in joined.splitlines() if line.strip())
    return [(name.upper(), rest.strip()) for name, _blank, rest in lines]


def stage(number: int) -> list[tuple[str, str]]:
    begins = [place for place, (name, _rest) in enumerate(steps()) if name == "FROM"]
    return steps()[begins[number] : [*begins, None][number + 1]]


def test_the_image_is_built_in_two_stages_and_only_results_are_taken_over() -> None:
    froms = [rest for name, rest in steps() if name == "FROM"]

    assert len(froms) == 2
    assert all("slim" in each and "latest" not in each for each in froms)
    assert [rest.split()[0] for name, rest in stage(1) if name == "COPY"] == ["--from=build"] * 2


def test_what_is_copied_exists_and_is_let_through() -> None:
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {part for name, rest in stage(0) if name == "COPY" for part in rest.split()[:-1]}

    assert copied
    assert all((ROOT / part).exists() for part in copied)
    assert copied == let_through


@pytest.mark.parametrize("kept_out", ["tests", "var", ".git", ".env", "seal", ".venv"])
def test_nothing_else_gets_into_the_image(kept_out: str) -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()

    assert "*" in lines
    assert f"!{kept_out}" not in lines


def test_dependencies_are_the_locked_wheels_and_nothing_is_compiled() -> None:
    installs = [rest for name, rest in steps() if name == "RUN" and "pip install" in rest]

    assert len(installs) == 1
    for flag in ("--require-hashes", "--only-binary :all:", "requirements-scale.txt"):
        assert flag in installs[0]


def test_the_container_runs_without_rights() -> None:
    last = stage(1)
    user = [rest for name, rest in last if name == "USER"]

    assert user == ["10001"]
    names = [name for name, _rest in last]
    assert names.index("USER") > max(place for place, name in enumerate(names) if name in {"RUN", "COPY"})


def test_no_secret_is_in_the_image_or_the_compose_file() -> None:
    both = DOCKERFILE + (ROOT / "compose.yaml").read_text()
    told = re.findall(r"(?<![\w{$])(\w*(?:SECRET|PASSWORD)\w*)(?:=|: +)(\S+)", both)

    assert told
    for name, value in told:
        assert value.startswith("${") or value == "build-only", name


@pytest.mark.parametrize("name", list(SERVICES))
def test_every_service_is_spelled_with_known_keys_and_a_fixed_image(name: str) -> None:
    service = SERVICES[name]

    assert service.keys() <= KNOWN_KEYS
    image = service["image"]
    assert image == "kaixu" or (":" in image.rsplit("/", 1)[-1] and not image.endswith(":latest"))
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        assert source in COMPOSE["volumes"] or source.startswith("./")


@pytest.mark.parametrize("name", list(SERVICES))
def test_who_waits_waits_for_something_that_can_happen(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        service = SERVICES[other]
        if how["condition"] == "service_healthy":
            assert other in OURS or "test" in service["healthcheck"]
            assert service.get("healthcheck", {}).get("disable") is not True
        else:
            assert how["condition"] == "service_completed_successfully"
            assert service["restart"] == "no"


def test_configs_that_are_used_are_told() -> None:
    used = {each["source"] for service in SERVICES.values() for each in service.get("configs", [])}

    assert used == COMPOSE["configs"].keys()


def test_only_the_proxy_can_be_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


@pytest.mark.parametrize("name", OURS)
def test_our_containers_cannot_write_or_gain_rights(name: str) -> None:
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


def test_every_setting_of_our_containers_is_one_that_the_site_reads() -> None:
    explained = set(re.findall(r"(?m)^([A-Z_0-9]+)=", (ROOT / ".env.example").read_text(encoding="utf-8")))

    for name in OURS:
        assert SERVICES[name]["environment"].keys() <= explained
    asked = re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text())
    assert set(asked) - explained == {"POSTGRES_PASSWORD", "SITE_HOST"}


def test_the_commands_of_our_containers_exist() -> None:
    from django.core.management import get_commands

    text = " ".join(" ".join(SERVICES[name].get("command", [])) for name in OURS)
    named = set(re.findall(r"manage\.py[, ]+(\w+)", text))

    assert named == {"make_bucket", "prepare", "run_outbox"}
    assert named <= get_commands().keys()


def test_addresses_of_other_containers_name_services() -> None:
    for name in OURS:
        values = " ".join(str(value) for value in SERVICES[name]["environment"].values())
        hosts = re.findall(r"(?:@|http://)([a-z]+):\d+", values)
        assert sorted(hosts) == ["database", "search", "storage"]
