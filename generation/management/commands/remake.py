"""`manage.py remake KEY`: make an image or mimic again and say whether it is the same."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from generation import queries
from generation.failures import explain
from generation.management.bars import bar
from generation.models import Production, Recipe
from generation.replay import replay


class Command(BaseCommand):
    """Replay the batch that made an image, or the training that made a mimic."""

    help = "Runs the recorded batch of an image again, compares, and fails where it differs."

    def add_arguments(self, parser: CommandParser) -> None:
        """The recipe's key, or its beginning."""
        parser.add_argument("key", help="key of the recipe, or the beginning of it")
        parser.add_argument(
            "--ancestry", action="store_true", help="everything it was made from as well"
        )
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    def handle(self, **options: Any) -> None:
        """Replay, print a line an image, fail where one differs."""
        recipe = _recipe(options["key"])
        recipes = queries.whole_graph(recipe) if options["ancestry"] else [recipe]
        findings = _findings([made for made in recipes if made.production])
        if not findings:
            raise CommandError(f"{recipe} was not made here: there is no batch to run again.")
        self.stdout.write(_as_json(findings) if options["json"] else _as_text(findings))
        if not all(_is_identical(sentence) for _, sentence in findings):
            raise CommandError("What was made is not what is stored.")


def _recipe(key: str) -> Recipe:
    found = list(Recipe.objects.select_related("production").filter(key__startswith=key)[:2])
    if not found:
        raise CommandError(f"There is no recipe whose key begins with {key}.")
    if len(found) > 1:
        raise CommandError(f"More than one recipe's key begins with {key}: write more of it.")
    return found[0]


def _findings(recipes: list[Recipe]) -> list[tuple[Recipe, str]]:
    """What was found for each recipe; each batch runs once."""
    found: dict[Production, dict[str, str]] = {}
    for recipe in recipes:
        production = recipe.production
        assert production is not None, "only what was produced is compared"
        if production not in found:
            found[production] = _replayed(production, f"{recipe.kind} {recipe.method}")
    return [
        (recipe, found[recipe.production][recipe.key]) for recipe in recipes if recipe.production
    ]


def _replayed(production: Production, what: str) -> dict[str, str]:
    try:
        with bar(what, "step") as progress:
            return dict(replay(production, progress))
    except Exception as error:
        raise CommandError(explain(error, what).sentence) from error


def _is_identical(sentence: str) -> bool:
    return sentence.startswith("Identical")


def _as_json(findings: list[tuple[Recipe, str]]) -> str:
    return json.dumps(
        [
            {
                "recipe": recipe.key,
                "image_sha256": recipe.image_id,
                "mimic_sha256": recipe.mimic_id,
                "identical": _is_identical(sentence),
                "finding": sentence,
            }
            for recipe, sentence in findings
        ],
        indent=2,
    )


def _as_text(findings: list[tuple[Recipe, str]]) -> str:
    return "\n".join(
        f"{recipe.kind} {recipe.method} {recipe.key[:12]}: {sentence}"
        for recipe, sentence in findings
    )
