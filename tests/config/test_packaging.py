"""What an installation holds beside Python files: experiment files and the sandbox's networks."""

from pathlib import Path

import pytest
from setuptools import Distribution

from config.environment import ROOT

APPS = ("config", "generation", "studies", "evaluation")


def installed(monkeypatch: pytest.MonkeyPatch) -> set[Path]:
    """Paths of all data files that setuptools would copy, by pyproject.toml."""
    monkeypatch.chdir(ROOT)
    distribution = Distribution()
    distribution.parse_config_files()
    distribution.include_package_data = False  # what pyproject.toml names, and no more
    command = distribution.get_command_obj("build_py")
    command.ensure_finalized()
    return {
        Path(source, name)
        for _, source, _, names in command.data_files
        for name in names
        if (ROOT / source / name).is_file()
    }


def test_every_file_that_the_code_reads_is_installed_with_it(monkeypatch: pytest.MonkeyPatch):
    read = {
        path.relative_to(ROOT)
        for app in APPS
        for path in (ROOT / app).rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc"}
    }
    assert any(path.suffix == ".yaml" for path in read)
    assert any("weights" in path.parts for path in read)
    assert read <= installed(monkeypatch)
