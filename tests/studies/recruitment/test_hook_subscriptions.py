"""`manage.py recruitment hooks`: nothing without --yes, confirmed, and the secret looked after."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from studies.recruitment import subscriptions
from studies.recruitment.stand_in import Fault
from studies.recruitment.stand_in.courier import deliver
from studies.recruitment.stand_in.subscriptions import STUDY, SUBMISSION
from tests.studies.factories import live_study
from tests.studies.recruitment.conftest import SECRET, arrived
from tests.studies.recruitment.test_submissions import HOOK, state_of

pytestmark = pytest.mark.django_db
HERE = f"http://localhost{HOOK}"


def hooks(study, capsys, *arguments: str) -> str:
    capsys.readouterr()
    call_command("recruitment", "hooks", study.slug, *arguments)
    return capsys.readouterr().out


def told_of(panel) -> dict[str, bool]:
    """Kind of event → whether this site would be told of it now."""
    rows = panel.world.hooks.rows.values()
    mine = {row["event_type"] for row in rows if row["target_url"] == HERE}
    return {kind: bool(panel.world.hooks.listening(kind)) for kind in mine}


def test_looking_and_the_dry_run_change_nothing(panel, study, capsys):
    told = hooks(study, capsys)
    assert f"{SUBMISSION}: this site is not told" in told
    assert f"Would subscribe to {SUBMISSION}" in hooks(study, capsys, "--create")
    assert "say --yes" in hooks(study, capsys, "--create")
    hooks(study, capsys, "--remove")
    assert not panel.world.hooks.rows
    assert {method for method, path in panel.world.calls if "hooks" in path} == {"GET"}


def test_both_kinds_are_subscribed_to_confirmed_and_made_once(panel, study, capsys):
    alice = User.objects.create(username="alice")
    told = hooks(study, capsys, "--create", "--yes", "--as", "alice")
    assert told_of(panel) == {SUBMISSION: True, STUDY: True}
    assert SECRET not in told
    assert study.events.get(kind="panel_hooks_made").actor == alice
    hooks(study, capsys, "--create", "--yes")
    assert len(panel.world.hooks.rows) == 2
    assert "Nothing is missing" in hooks(study, capsys, "--create")


def test_what_is_removed_is_this_sites_alone(panel, study, capsys):
    hooks(study, capsys, "--create", "--yes")
    asked = {"event_type": SUBMISSION, "target_url": "https://other.example/hook/"}
    panel.world.hooks.subscribe({**asked, "workspace_id": panel.world.hooks.workspace})
    assert "1 more go to other addresses" in hooks(study, capsys)
    assert "2 removed" in hooks(study, capsys, "--remove", "--yes")
    assert [row["target_url"] for row in panel.world.hooks.rows.values()] == [asked["target_url"]]
    assert study.events.filter(kind="panel_hooks_removed").exists()


def test_what_prolific_has_switched_off_is_switched_on_again(panel, study, capsys):
    hooks(study, capsys, "--create", "--yes")
    for row in panel.world.hooks.rows.values():
        row["is_enabled"] = False
    assert f"Would enable {STUDY}" in hooks(study, capsys, "--create")
    hooks(study, capsys, "--create", "--yes")
    assert told_of(panel) == {SUBMISSION: True, STUDY: True}
    assert len(panel.world.hooks.rows) == 2


def test_a_workspace_without_a_secret_gets_one_and_it_is_printed_to_be_kept(
    panel, study, capsys, settings
):
    panel.world.hooks.secret = settings.PROLIFIC_WEBHOOK_SECRET = ""
    assert "Would draw a new secret" in hooks(study, capsys, "--create")
    told = hooks(study, capsys, "--create", "--yes")
    assert panel.world.hooks.secret
    assert f"PROLIFIC_WEBHOOK_SECRET={panel.world.hooks.secret}" in told


def test_a_secret_that_others_may_use_is_replaced_only_when_told(panel, study, capsys):
    panel.world.hooks.secret = "of another site"
    assert "this site would refuse hooks" in hooks(study, capsys)
    with pytest.raises(CommandError, match="--new-secret"):
        hooks(study, capsys, "--create", "--yes")
    assert panel.world.hooks.secret == "of another site"
    assert not panel.world.hooks.rows
    told = hooks(study, capsys, "--create", "--yes", "--new-secret")
    assert panel.world.hooks.secret in told
    assert panel.world.hooks.secret != "of another site"


def test_the_secret_of_the_workspace_is_not_shown_by_looking(panel, study, capsys, settings):
    settings.PROLIFIC_WEBHOOK_SECRET = ""
    assert SECRET not in hooks(study, capsys) + hooks(study, capsys, "--create")
    assert f"PROLIFIC_WEBHOOK_SECRET={SECRET}" in hooks(study, capsys, "--create", "--yes")


@pytest.mark.parametrize("after", [False, True])
def test_one_that_is_not_confirmed_is_taken_away_again(panel, study, capsys, after):
    panel.world.faults.append(Fault("/hooks/subscriptions/", 400, 1, after, ("POST",)))
    with pytest.raises(CommandError, match="refused"):
        hooks(study, capsys, "--create", "--yes")
    assert not panel.world.hooks.rows
    hooks(study, capsys, "--create", "--yes")
    assert told_of(panel) == {SUBMISSION: True, STUDY: True}


def test_a_confirmation_that_fails_leaves_nothing_half_made(panel, study, capsys):
    confirm = panel.world.hooks.confirm
    panel.world.hooks.confirm = lambda key, _asked: confirm(key, {"secret": "another"})
    with pytest.raises(CommandError, match="does not match"):
        hooks(study, capsys, "--create", "--yes")
    assert not panel.world.hooks.rows


def test_a_site_that_prolific_cannot_reach_is_told_so(panel, study, capsys, settings):
    settings.PROLIFIC_API = "https://api.prolific.com"
    with pytest.raises(CommandError, match="public https"):
        hooks(study, capsys)
    assert panel.world.calls == []


def test_a_workspace_is_named_where_there_are_several(panel, study, capsys, monkeypatch):
    ours = panel.world.hooks.workspace
    two = {ours: "Ours", "other": "Theirs"}
    monkeypatch.setattr(subscriptions.Hooks, "workspaces", lambda _self: two)
    with pytest.raises(CommandError, match=r"--workspace: .*Theirs"):
        hooks(study, capsys)
    with pytest.raises(CommandError, match="no workspace x"):
        hooks(study, capsys, "--workspace", "x")
    assert ours in hooks(study, capsys, "--workspace", ours)


def test_a_study_that_is_not_on_prolific_has_no_hooks(panel, capsys):
    with pytest.raises(CommandError, match="name `prolific`"):
        hooks(live_study(slug="open"), capsys)


def test_create_and_remove_at_once_is_refused(panel, study, capsys):
    with pytest.raises(CommandError, match="not both"):
        hooks(study, capsys, "--create", "--remove", "--yes")


class Mailbox(BaseHTTPRequestHandler):
    """Keeps what is posted, and answers as told."""

    status = 200
    letters: Queue

    def do_POST(self) -> None:
        """Keep."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.letters.put((body, dict(self.headers)))
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@pytest.fixture
def mailbox():
    """A real address for hooks; what arrives there is handed to the site by the test."""
    kind = type("Mine", (Mailbox,), {"letters": Queue()})
    with HTTPServer(("127.0.0.1", 0), kind) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        kind.address = f"http://127.0.0.1:{server.server_address[1]}"
        yield kind
        server.shutdown()


def test_what_is_sent_over_the_wire_late_and_twice_is_taken_once(
    panel, row, capsys, monkeypatch, mailbox
):
    monkeypatch.setattr(subscriptions, "target", lambda: f"{mailbox.address}{HOOK}")
    hooks(row.study, capsys, "--create", "--yes")
    panel.world.hook_times, panel.world.hook_delay = 2, 0.05
    reference, person = arrived(panel, row)
    with panel.world.lock:
        panel.world.set_state(reference, "RETURNED")
    deliver(panel.world)
    letters = [mailbox.letters.get(timeout=5) for _ in range(4)]
    outcomes = [
        Client().generic("POST", HOOK, body, headers=headers).json()["outcome"]
        for body, headers in letters
    ]
    assert outcomes.count("repeated") == 2
    assert state_of(person) == "lapsed"
    assert person.study.panel_study.submissions.get().state == "RETURNED"
    key = next(iter(panel.world.hooks.rows))
    assert all(one["status"] == "SUCCEEDED" for one in panel.world.hooks.delivered(key, {}))


def test_deliveries_that_fail_are_counted_in_the_list(panel, study, capsys):
    hooks(study, capsys, "--create", "--yes")
    row = next(iter(panel.world.hooks.rows.values()))
    panel.world.hooks.note(row, "event", "resource", "FAILED")
    assert "1 of the last deliveries failed" in hooks(study, capsys)
