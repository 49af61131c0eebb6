"""The stand-in's API: which address does what in its world. Pure."""

from dataclasses import dataclass, field
from decimal import InvalidOperation
from typing import Any

from studies.recruitment.stand_in.refusal import Refusal
from studies.recruitment.stand_in.world import World

Body = dict[str, Any]
Query = dict[str, str]


@dataclass(frozen=True)
class Answer:
    """Status, content and further headers."""

    status: int
    told: Any
    headers: dict[str, str] = field(default_factory=dict)


def answer(world: World, method: str, path: str, query: Query, body: Body) -> Answer:
    """What the API says; raises Refusal."""
    steps = path.removeprefix("/api/v1/").strip("/").split("/")
    try:
        return _route(world, method, steps, query, body)
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        raise Refusal(400, f"{error}: this field is missing or not valid") from error


def _route(world: World, method: str, steps: list[str], query: Query, body: Body) -> Answer:
    match (method, *steps):
        case ("POST", "study-cost-calculator"):
            return Answer(200, world.cost(body))
        case ("GET", "workspaces"):
            return Answer(200, {"results": [world.workspace]})
        case ("GET", "workspaces", key, "balance"):
            return Answer(200, world.balance(key))
        case (_, "studies", *rest):
            return _studies(world, method, rest, body)
        case (_, "submissions", *rest):
            return _submissions(world, method, rest, query, body)
        case (_, "hooks", *rest):
            return _hooks(world, method, rest, query, body)
        case ("POST", "bulk-bonus-payments", key, "pay"):
            world.pay(key)
            return Answer(202, {})
    raise Refusal(404, "Not found.")


def _studies(world: World, method: str, rest: list[str], body: Body) -> Answer:
    match (method, *rest):
        case ("POST",):
            return Answer(201, world.create_study(body))
        case ("GET", key):
            return Answer(200, world.study(key))
        case ("PATCH", key):
            return Answer(200, world.change_study(key, body))
        case ("POST", key, "transition"):
            return Answer(200, world.move_study(key, body.get("action", "")))
    raise Refusal(404, "Not found.")


def _submissions(world: World, method: str, rest: list[str], query: Query, body: Body) -> Answer:
    match (method, *rest):
        case ("GET",):
            return Answer(200, _page(world, query))
        case ("POST", "bulk-approve"):
            world.approve(body.get("submission_ids", []))
            told = "The request to bulk approve has been made successfully."
            return Answer(200, {"message": told})
        case ("POST", "bonus-payments"):
            return Answer(201, world.set_up_bonuses(body["study_id"], body["csv_bonuses"]))
        case ("GET", key):
            return Answer(200, world.submission(key))
        case ("POST", key, "transition"):
            return Answer(200, world.move_submission(key, body))
        case ("POST", key, "request-return"):
            return Answer(200, {**world.submission(key), "return_requested": True})
    raise Refusal(404, "Not found.")


def _hooks(world: World, method: str, rest: list[str], query: Query, body: Body) -> Answer:
    hooks = world.hooks
    match (method, *rest):
        case ("GET", "secrets"):
            return Answer(200, {"results": hooks.secret_row()})
        case ("POST", "secrets"):
            return Answer(201, hooks.new_secret(body))
        case ("GET", "subscriptions"):
            return Answer(200, {"results": hooks.listed(query)})
        case ("POST", "subscriptions"):
            row, secret = hooks.subscribe(body)
            return Answer(201, row, {"X-Hook-Secret": secret})
        case ("POST", "subscriptions", key):
            return Answer(200, hooks.confirm(key, body))
        case ("PATCH", "subscriptions", key):
            return Answer(200, hooks.change(key, body))
        case ("DELETE", "subscriptions", key):
            hooks.remove(key)
            return Answer(204, None)
        case ("GET", "subscriptions", key, "events"):
            return Answer(200, {"results": hooks.delivered(key, query)})
    raise Refusal(404, "Not found.")


def _page(world: World, query: Query) -> dict[str, Any]:
    rows = [one for one in world.submissions.values() if one["study_id"] == query.get("study")]
    size, page = int(query.get("page_size", 20)), int(query.get("page", 1))
    some = rows[(page - 1) * size : page * size]
    return {"results": [{k: v for k, v in row.items() if k != "study_id"} for row in some]}
