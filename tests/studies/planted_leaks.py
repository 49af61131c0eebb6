"""Leaks planted into what participants are sent, which the blind check has to find."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import PIL.Image
import pytest
from django.http import HttpResponse, JsonResponse
from PIL.PngImagePlugin import PngInfo

from studies import fieldwork
from studies.blindness.browsing import Watcher
from studies.blindness.observables import Received
from studies.models import Participant, Stimulus, Trial
from studies.showing import renditions, sending


def cloaked(sha256: str) -> bool:
    rows = Stimulus.objects.filter(rendition_sha256=sha256, item__condition__position=1)
    return rows.filter(slot="altered").exists()


def of_trial_token(token: str) -> bool:
    return Trial.objects.filter(token=token, item__condition__position=1).exists()


def sends(change: Callable[[HttpResponse], None]):
    """Plants a leak into whatever is sent of a cloaked picture."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        def send(sha256: str) -> HttpResponse:
            response = sending.send(sha256)
            if cloaked(sha256):
                change(response)
            return response

        patch.setattr("studies.views.participant.pictures.send", send)

    return plant


def _header(response: HttpResponse) -> None:
    response["ETag"] = '"c"'


def _longer(response: HttpResponse) -> None:
    response.content += b"\0" * 9


def _slower(response: HttpResponse) -> None:
    time.sleep(0.05)  # well above what a busy machine does by itself


def _described(response: HttpResponse) -> None:
    told = PngInfo()
    told.add_text("Software", "cloaker")
    with PIL.Image.open(BytesIO(response.content)) as image:
        file = BytesIO()
        image.save(file, "PNG", pnginfo=told)
    response.content = file.getvalue()


def named(patch: pytest.MonkeyPatch) -> None:
    real = renditions._address

    sorts: dict[str, str] = {}

    def address(participant: str, trial: str, slot: str) -> str:
        sort = sorts.get(trial) or ("k" if of_trial_token(trial) else "c")
        sorts[trial] = sort
        return f"{sort}-{real(participant, trial, slot)}"

    patch.setattr("studies.showing.renditions._address", address)


def ordered(patch: pytest.MonkeyPatch) -> None:
    real = fieldwork.enrol

    def enrol_in_order(**options) -> Participant:
        person = real(**options)
        rows = list(person.trials.order_by("item__condition__position", "position"))
        for row in rows:
            Trial.objects.filter(pk=row.pk).update(position=1000 + row.position)
        for number, row in enumerate(rows):
            Trial.objects.filter(pk=row.pk).update(position=number)
        return person

    patch.setattr("studies.simulation.fieldwork.enrol", enrol_in_order)


def commented(patch: pytest.MonkeyPatch) -> None:
    from studies.views.participant import trials

    real = trials.render

    def render(request, template, context, **more) -> HttpResponse:
        response = real(request, template, context, **more)
        if context["trial"].item.condition.position:
            response.content = response.content.replace(b"<form", b"<form data-arm=b", 1)
        return response

    patch.setattr(trials, "render", render)


def _larger(response: HttpResponse) -> None:
    with PIL.Image.open(BytesIO(response.content)) as image:
        file = BytesIO()
        image.resize((image.width + 1, image.height)).save(file, "PNG")
    response.content = file.getvalue()


def still_good(patch: pytest.MonkeyPatch) -> None:
    """Something before the site keeps copies of cloaked pictures, and says that one is good."""
    real = Watcher._get

    def get(watcher: Watcher, address: str, asking=None) -> Received:
        came = real(watcher, address, asking)
        kept = asking and cloaked(hashlib.sha256(came.body).hexdigest())
        return replace(came, status=304, body=b"") if kept else came

    patch.setattr(Watcher, "_get", get)


def of_a_page(change: Callable[[HttpResponse], None]):
    """Plants a leak into whatever is sent of the page of a cloaked trial."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        from studies.views.participant import trials

        real = trials.render

        def render(request, template, context, **more) -> HttpResponse:
            response = real(request, template, context, **more)
            if context["trial"].item.condition.position:
                change(response)
            return response

        patch.setattr(trials, "render", render)

    return plant


def _cookie(response: HttpResponse) -> None:
    response.set_cookie("seen", "1")


def _slower_page(response: HttpResponse) -> None:
    time.sleep(0.05)  # well above what a busy machine does by itself


def _element(response: HttpResponse) -> None:
    response.content = response.content.replace(b"<form", b"<!-- arm two --><form", 1)


def with_the_receipt(patch: pytest.MonkeyPatch) -> None:
    """The receipt of an answer tells what the trial is that it brings; its own page does not."""
    from studies.views.participant import trials

    real = trials._ahead

    def ahead(request, saved, place: str) -> str:
        page = real(request, saved, place)
        if page and saved.course.way.next.item.condition.position:
            return page.replace("<form", "<!-- arm two --><form", 1)
        return page

    patch.setattr(trials, "_ahead", ahead)


def of_a_receipt(change: Callable[[JsonResponse], None]):
    """Plants a leak into the receipts that bring a cloaked trial, besides its page."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        from studies.views.participant import trials

        real, reply, brings = trials._ahead, trials.JsonResponse, set[str]()

        def ahead(request, saved, place: str) -> str:
            page = real(request, saved, place)
            if page and saved.course.way.next.item.condition.position:
                brings.add(page)
            return page

        def receipt(said, **more) -> JsonResponse:
            response = reply(said, **more)
            if said.get("page") in brings:
                change(response)
            return response

        patch.setattr(trials, "_ahead", ahead)
        patch.setattr(trials, "JsonResponse", receipt)

    return plant


def _field(response: JsonResponse) -> None:
    response.content = json.dumps({**json.loads(response.content), "arm": "two"})


def on_one_side(patch: pytest.MonkeyPatch) -> None:
    real = fieldwork.enrol

    def enrol(**options) -> Participant:
        person = real(**options)
        for row in person.trials.select_related("item__condition"):
            order = sorted(row.layout["order"], reverse=bool(row.item.condition.position))
            Trial.objects.filter(pk=row.pk).update(layout={**row.layout, "order": order})
        return person

    patch.setattr("studies.simulation.fieldwork.enrol", enrol)


PLANTED = {
    "file name": (named, "address"),
    "header": (sends(_header), "headers"),
    "size": (sends(_longer), "bytes: length"),
    "metadata": (sends(_described), "bytes"),
    "timing": (sends(_slower), "seconds"),
    "order": (ordered, "order: place in the session"),
    "attribute": (commented, "page"),
    "comment": (of_a_page(_element), "page"),
    "cookie": (of_a_page(_cookie), "page: headers"),
    "timing of the page": (of_a_page(_slower_page), "page: seconds"),
    "dimensions": (sends(_larger), "bytes: width"),
    "still good": (still_good, "asked for a part"),
    "side": (on_one_side, "order: place of"),
    "receipt": (with_the_receipt, "page with the receipt"),
    "receipt's field": (of_a_receipt(_field), "page with the receipt: words"),
    "receipt's header": (of_a_receipt(_header), "page with the receipt: headers"),
}
