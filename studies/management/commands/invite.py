"""`manage.py invite`: people on a list, by mail, each with a link of their own."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from studies.models import Study
from studies.recruitment import invitations, posting
from studies.recruitment.invitations import Sorted
from studies.recruitment.people_list import Invitee, ListError
from studies.rights import addresses
from studies.services import StudyError

SHOWN = 20
"""Wrong lines that are printed."""


class Command(BaseCommand):
    """Says what it would do; --send and --remind --send do it. See docs/recruitment.md."""

    help = (
        "Invite the people of a list (columns: address, and optionally name, stratum, language)."
        " Without --send nothing is stored or sent."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument(
            "people", nargs="?", type=Path, help="CSV; without it, those who still wait"
        )
        parser.add_argument("--send", action="store_true", help="send the mails")
        parser.add_argument(
            "--remind", action="store_true", help="remind those who have not finished"
        )

    def handle(self, *_args: Any, slug: str, people: Path | None, **options: Any) -> None:
        study = Study.objects.select_related("protocol").filter(slug=slug).first()
        if study is None:
            raise CommandError(f"There is no study “{slug}”.")
        if people and options["remind"]:
            raise CommandError("Reminders go to people who were invited: leave the list out.")
        try:
            listed = self._listed(study, people) if people else None
            if options["send"]:
                self._send(study, listed, reminders=options["remind"])
            else:
                self._rehearse(study, listed, reminders=options["remind"])
        except (StudyError, ListError) as error:
            raise CommandError(str(error)) from error

    def _listed(self, study: Study, people: Path) -> list[Invitee]:
        try:
            return invitations.people_of(study, people.read_bytes())
        except OSError as error:
            raise CommandError(f"{people} cannot be read: {error.strerror}.") from error
        except ListError as error:
            wrong = list(error.sentences)
            more = [f"… and {len(wrong) - SHOWN} more lines."] if len(wrong) > SHOWN else []
            raise CommandError(
                "\n".join([f"Nobody was added. {people}:", *wrong[:SHOWN], *more])
            ) from error

    def _rehearse(self, study: Study, listed: list[Invitee] | None, *, reminders: bool) -> None:
        """One whole mail and the count; nothing is stored."""
        waiting = invitations.due(study, reminders=reminders)
        count, example = waiting.count(), None
        if listed is not None:
            found = invitations.sort_out(study, listed)
            self._say(found)
            count, example = count + len(found.new), next(iter(found.new), None)
        if example is None and (row := waiting.first()):
            address, name = addresses.of(row)
            example = Invitee(address or "nobody@example.org", name, language=row.language)
        if example:
            mail = posting.sample(study, example, reminder=int(reminders))
            self.stdout.write(f"\n{_readable(mail)}\n")
        self.stdout.write(
            f"{_mails(count)} would be sent. Nothing was stored or sent: say --send to do it."
        )

    def _send(self, study: Study, listed: list[Invitee] | None, *, reminders: bool) -> None:
        posting.ready_to_send(study)
        if listed is not None:
            self._say(invitations.add(study, listed))
        outcome = posting.send(study, reminders=reminders, said=self.stdout.write)
        self.stdout.write(f"{_mails(outcome.sent)} sent.")
        for sentence, count in outcome.refused.most_common():
            self.stdout.write(f"{count} refused: {sentence}")
        open_cases = invitations.numbers(study).unresolved
        if open_cases:
            self.stdout.write(
                f"{_mails(open_cases)} perhaps sent, and not sent again: decide on the page"
                " Recruitment."
            )
        if outcome.stopped:
            raise CommandError(f"Stopped early. {outcome.stopped} Say it again to go on.")

    def _say(self, found: Sorted) -> None:
        self.stdout.write(
            f"{len(found.new)} new on the list; {found.known} on it already;"
            f" {found.away} who want no mail, or withdrew."
        )


def _readable(mail: Any) -> str:
    head = "\n".join(f"{name}: {value}" for name, value in mail.items())
    return f"{head}\n\n{mail.get_content()}"


def _mails(count: int) -> str:
    return f"{count} mail{'' if count == 1 else 's'}"
