"""What the documentation says exists, and what exists is documented."""

import re

import pytest
import torch

from config.environment import Environment
from evaluation.analyses import ANALYSES
from evaluation.metrics import METRICS
from evaluation.set_metrics import SET_METRICS
from generation.amplifications import AMPLIFICATIONS
from generation.degradations import DEGRADATIONS
from generation.progress import silent
from generation.protections import PROTECTIONS
from generation.purifications import PURIFICATIONS
from generation.style_transfers import STYLE_TRANSFERS
from studies.trials import TRIALS
from tests.conftest import REPOSITORY

DOCS = REPOSITORY / "docs"
PAGES = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *DOCS.glob("*.md")]


def test_each_environment_variable_stands_in_the_table_of_settings():
    table = (DOCS / "configuration.md").read_text()
    written = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", table, re.M))
    assert written == {name.upper() for name in Environment.model_fields}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
    relative = [link for link in links if "://" not in link]
    assert [link for link in relative if not (page.parent / link).exists()] == []


@pytest.mark.parametrize(
    ("folder", "page"),
    [
        (PROTECTIONS, "methods.md"),
        (PURIFICATIONS, "methods.md"),
        (STYLE_TRANSFERS, "methods.md"),
        (DEGRADATIONS, "ladder.md"),
        (AMPLIFICATIONS, "methods.md"),
        (TRIALS, "experiment-file.md"),
        (METRICS, "metrics.md"),
        (SET_METRICS, "metrics.md"),
        (ANALYSES, "report.md"),
    ],
    ids=lambda value: getattr(value, "package", value),
)
def test_every_plugin_is_named_in_its_page(folder, page):
    text = (DOCS / page).read_text()
    assert [name for name in folder.names() if f"`{name}`" not in text] == []


def test_every_make_target_the_pages_name_exists():
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.M))
    named = {
        target
        for page in PAGES
        for target in re.findall(r"make (?:[A-Z]+=\S+ )*([a-z][a-z-]+)\b", _code(page.read_text()))
    }
    assert named - targets == set()


def _code(text: str) -> str:
    return "\n".join(re.findall(r"`make [^`\n]+`|^make .*$|^    make .*$", text, re.M))


def test_the_worked_example_of_a_plugin_runs(tmp_path):
    code = re.search(r"```python\n(.*?)```", (REPOSITORY / "CONTRIBUTING.md").read_text(), re.S)[1]
    scope = {"__name__": "median"}
    exec(compile(code, "median.py", "exec"), scope)
    images = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    images[0, :, 4, 4] = 100.0
    filtered = scope["Median"](radius=1).purify(images, None, [], silent)
    assert filtered.shape == images.shape
    assert filtered.max() <= 1
