"""Where an image comes from, laid out for drawing: layers of steps, and a lane for each branch.

Layers count the steps since the artworks. The chain of `image` inputs that ends in the result has
lane 0, and every branch that joins it a lane of its own. Drawn across, layers are columns and lanes
are rows; drawn down, the other way round. A mimic is one cell that shows its training pictures:
its page tells how each of them was made.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from generation.models import Artwork, Recipe
from generation.recipe import MIMIC, training_keys


@dataclass(frozen=True)
class Node:
    """One recipe of the graph and where it is drawn."""

    recipe: Recipe
    artwork: Artwork | None
    """What it is, for an artwork."""
    subject: Artwork | None
    """What its picture shows: the artwork at the end of the chain of `image` inputs."""
    layer: int
    lane: int
    sources: Sequence[tuple[str, Recipe]]
    """Its inputs: role, recipe."""
    training: Sequence[Recipe] = ()
    """What it was learnt from, if it is a mimic; these have no cells of their own."""


@dataclass(frozen=True)
class Drawing:
    """Arrows between cells, as one SVG: its size in pixels and the path of each arrow."""

    width: int
    height: int
    paths: Sequence[str]


@dataclass(frozen=True)
class Ancestry:
    """The whole graph below one recipe; nodes from the artworks to the result."""

    nodes: Sequence[Node]
    across: Drawing
    down: Drawing

    @property
    def result(self) -> Node:
        """The node of the recipe itself."""
        return self.nodes[-1]


@dataclass(frozen=True)
class Cells:
    """Sizes in pixels at a root size of 16: a cell, and the card in it (see generation.css)."""

    width: int
    height: int
    card_width: int
    card_height: int


ACROSS = Cells(200, 240, 160, 220)
DOWN = Cells(172, 252, 160, 220)


def lay_out(
    recipes: Mapping[str, Recipe], result: str, artworks: Mapping[str, Artwork]
) -> Ancestry:
    """The drawing of the graph that ends in `result`.

    `recipes` holds the graph by key, but for what lies below the training pictures of mimics;
    `artworks` the artworks by the sha256 of their image.
    """
    inputs = {key: _drawn(recipe) for key, recipe in recipes.items()}
    shown = {key: artworks.get(str(recipe.image_id)) for key, recipe in recipes.items()}
    layers = _layers(inputs, result)
    lanes: dict[str, int] = {}
    _place(result, 0, inputs, lanes)
    ordered = sorted(layers, key=lambda key: (layers[key], lanes[key]))
    nodes = [
        Node(
            recipe=recipes[key],
            artwork=shown[key],
            subject=shown[_leaf(key, inputs)],
            layer=layers[key],
            lane=lanes[key],
            sources=[(role, recipes[source]) for role, source in _by_role(inputs[key])],
            training=_training(recipes[key], recipes),
        )
        for key in ordered
    ]
    places = {key: (layers[key], lanes[key]) for key in ordered}
    arrows = [(places[source], places[key]) for key in ordered for source in inputs[key].values()]
    arrows = list(dict.fromkeys(arrows))
    return Ancestry(nodes, _across(places.values(), arrows), _down(places.values(), arrows))


Place = tuple[int, int]
Arrow = tuple[Place, Place]


def _drawn(recipe: Recipe) -> dict[str, str]:
    """The inputs that have cells of their own: role → key."""
    return {} if recipe.kind == MIMIC else dict(recipe.document["inputs"])


def _training(recipe: Recipe, recipes: Mapping[str, Recipe]) -> Sequence[Recipe]:
    if recipe.kind != MIMIC:
        return ()
    return [recipes[key] for key in training_keys(recipe.document)]


def _by_role(inputs: Mapping[str, str]) -> list[tuple[str, str]]:
    """The input `image` first, then the others by name."""
    return sorted(inputs.items(), key=lambda pair: (pair[0] != "image", pair[0]))


def _leaf(key: str, inputs: Mapping[str, Mapping[str, str]]) -> str:
    while inputs[key]:
        key = _by_role(inputs[key])[0][1]
    return key


def _layers(inputs: Mapping[str, Mapping[str, str]], result: str) -> dict[str, int]:
    """Longest way from an artwork to each recipe."""
    layers: dict[str, int] = {}

    def layer(key: str) -> int:
        if key not in layers:
            layers[key] = max((layer(source) + 1 for source in inputs[key].values()), default=0)
        return layers[key]

    layer(result)
    return layers


def _place(
    key: str, lane: int, inputs: Mapping[str, Mapping[str, str]], lanes: dict[str, int]
) -> None:
    """The first input that has no lane yet stays in this one; the others open new ones."""
    lanes[key] = lane
    free = True
    for _, source in _by_role(inputs[key]):
        if source not in lanes:
            _place(source, lane if free else max(lanes.values()) + 1, inputs, lanes)
            free = False


def _across(places: Iterable[Place], arrows: Iterable[Arrow]) -> Drawing:
    layers, lanes = _extent(places)
    gap = (ACROSS.width - ACROSS.card_width) // 2

    def path(arrow: Arrow) -> str:
        (from_layer, from_lane), (to_layer, to_lane) = arrow
        x1 = (from_layer + 1) * ACROSS.width - gap
        x2 = to_layer * ACROSS.width + gap
        y1, y2 = (int((lane + 0.5) * ACROSS.height) for lane in (from_lane, to_lane))
        return f"M{x1} {y1} C{x1 + gap} {y1} {x2 - gap} {y2} {x2} {y2}"

    return Drawing(layers * ACROSS.width, lanes * ACROSS.height, [path(arrow) for arrow in arrows])


def _down(places: Iterable[Place], arrows: Iterable[Arrow]) -> Drawing:
    layers, lanes = _extent(places)
    gap = (DOWN.height - DOWN.card_height) // 2

    def path(arrow: Arrow) -> str:
        (from_layer, from_lane), (to_layer, to_lane) = arrow
        y1 = (from_layer + 1) * DOWN.height - gap
        y2 = to_layer * DOWN.height + gap
        x1, x2 = (int((lane + 0.5) * DOWN.width) for lane in (from_lane, to_lane))
        return f"M{x1} {y1} C{x1} {y1 + gap} {x2} {y2 - gap} {x2} {y2}"

    return Drawing(lanes * DOWN.width, layers * DOWN.height, [path(arrow) for arrow in arrows])


def _extent(places: Iterable[Place]) -> Iterator[int]:
    return (1 + max(numbers) for numbers in zip(*places, strict=True))
