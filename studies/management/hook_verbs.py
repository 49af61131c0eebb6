"""`manage.py recruitment hooks`: see, make and remove the subscriptions of this site."""

from typing import Any

from django.core.management.base import CommandError, OutputWrapper

from studies.management.recruiting import actor_of, study_called
from studies.models import Study
from studies.recruitment import subscriptions
from studies.recruitment.panel_study import channel_of
from studies.recruitment.subscriptions import Hooks, Standing

HOOK_ARGUMENTS: dict[str, dict[str, Any]] = {
    "--create": {"action": "store_true", "help": "have this site told; needs --yes"},
    "--remove": {"action": "store_true", "help": "have it told nothing more; needs --yes"},
    "--workspace": {"default": "", "help": "its id, where the token has several"},
    "--new-secret": {"action": "store_true", "help": "replace the workspace's secret"},
    "--yes": {"action": "store_true", "help": "do it"},
}


class HookVerbs:
    """Without --yes nothing changes at Prolific: the command says what would."""

    stdout: OutputWrapper

    def do_hooks(self, options: dict[str, Any]) -> None:
        """List, create or remove."""
        study = study_called(options["slug"])
        channel_of(study)
        if options["create"] and options["remove"]:
            raise CommandError("Say --create or --remove, not both.")
        api = subscriptions.hooks_api()
        now = subscriptions.standing(api, options["workspace"])
        self._list(now, api)
        if options["create"]:
            self._create(study, now, api, options)
        elif options["remove"]:
            self._remove(study, now, api, options)

    def _list(self, now: Standing, api: Hooks) -> None:
        self.stdout.write(f"Workspace {now.workspace}. This site listens at {now.target}.")
        for one in now.ours:
            state, failed = "on" if one.enabled else "off", api.failed(one.reference)
            told = f", {failed} of the last deliveries failed" if failed else ""
            self.stdout.write(f"  {one.kind}: {state} ({one.reference}){told}")
        for kind in now.missing:
            self.stdout.write(f"  {kind}: this site is not told")
        if now.others:
            self.stdout.write(f"  {now.others} more go to other addresses; they are left alone.")
        self.stdout.write(f"  {_of_secret(now)}")

    def _create(self, study: Study, now: Standing, api: Hooks, options: dict[str, Any]) -> None:
        if not options["yes"]:
            self._plan(now, options["new_secret"])
            return
        secret = subscriptions.subscribe(
            study=study, now=now, api=api, new_secret=options["new_secret"], actor=actor_of(options)
        )
        self.stdout.write("This site is told from now on.")
        if not now.secret_agrees or options["new_secret"]:
            self.stdout.write(
                "Keep this secret where only the server reads it, and start the site with it; until"
                f" then it refuses the hooks:\nPROLIFIC_WEBHOOK_SECRET={secret}"
            )

    def _plan(self, now: Standing, new_secret: bool) -> None:
        asleep = {one.kind for one in now.ours}
        for kind in now.missing:
            what = "enable" if kind in asleep else "subscribe to"
            self.stdout.write(f"Would {what} {kind}.")
        if new_secret or not now.secret:
            others = ": other sites that listen need it too" if now.secret else ""
            self.stdout.write(f"Would draw a new secret for the workspace{others}.")
        if not (now.missing or new_secret or not now.secret):
            self.stdout.write("Nothing is missing.")
        self.stdout.write("Nothing was done: say --yes to do it.")

    def _remove(self, study: Study, now: Standing, api: Hooks, options: dict[str, Any]) -> None:
        if not options["yes"]:
            self.stdout.write(
                f"Would remove {len(now.ours)}. Nothing was done: say --yes to do it."
            )
            return
        count = subscriptions.remove(study=study, now=now, api=api, actor=actor_of(options))
        self.stdout.write(f"{count} removed. The daily comparison goes on.")


def _of_secret(now: Standing) -> str:
    if not now.secret:
        return "The workspace has no secret yet."
    if now.secret_agrees:
        return "The workspace's secret is the one of this site."
    return "The workspace's secret is not PROLIFIC_WEBHOOK_SECRET: this site would refuse hooks."
