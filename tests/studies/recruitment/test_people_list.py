"""The list of people: how spreadsheets save it, and what is told of wrong lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.plugins import PluginError
from studies.channels import CHANNELS
from studies.recruitment.people_list import Invitee, ListError, Offer, canonical, read_people

OFFER = Offer(("en", "de"), ("north", "south"))
HEAD = "address{0}name{0}stratum{0}language\n"


def read(text: str, encoding: str = "utf-8", offer: Offer = OFFER) -> list[Invitee]:
    return read_people(text.encode(encoding), offer)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lists_are_read_as_spreadsheets_save_them(separator, encoding, end):
    text = HEAD.format(separator) + separator.join([" Zoë@Example.org", "Zoë", "north", "DE"])
    with pytest.raises(ListError, match="Line 2: this is no mail address"):
        read(text.replace("\n", end), encoding)
    text = text.replace("Zoë@", "Zoe@")
    expected = Invitee("zoe@example.org", "Zoë", "north", "de")
    assert read(text.replace("\n", end), encoding) == [expected]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "empty"),
        ("address\n", "no people"),
        ("mail,name\na@example.org,A\n", "There is “mail”"),
        ("a@example.org,Ada\n", "It holds an address"),
        ("address,address\na@example.org,x\n", "one of them is there twice"),
        ("address\na@example.org\nb@\n", "Line 3: this is no mail address"),
        ("address\na@straße.example\n", "Line 2: its domain can be spelt in two ways"),
        ("address\na@example.org\n\nA@EXAMPLE.ORG\n", "Line 4: it has the address of line 2"),
        ("address,language\na@example.org,fr\n", "no pages in “fr”; it has: en, de"),
        ("address,stratum\na@example.org,west\n", "they are for: north, south"),
        ("address,stratum\nA,a@example.org\n", "is each cell under its column"),
        ('address,name\na@example.org,"A\nB"\n', "a line break"),
        ("address\na@example.org,more\n", "it has 2 cells, and the head has 1"),
        ("address,name\na@example.org," + "x" * 101 + "\n", "longer than 100"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_repeats_no_address(text, sentence):
    with pytest.raises(ListError) as error:
        read(text)
    assert sentence.lower() in str(error.value).lower()
    assert "@example" not in str(error.value).lower()


def test_a_mail_that_says_the_name_needs_one_on_each_line():
    offer = Offer(("en",), needs_name=True)
    with pytest.raises(ListError, match=r"Line 3: it has no name.*\{greeting\}"):
        read("address,name\na@example.org,A\nb@example.org,\n", offer=offer)


@given(st.text(max_size=40))
def test_an_address_that_is_taken_is_plain_ascii_and_stays_itself(text):
    try:
        address = canonical(text)
    except ValueError:
        return
    assert address.isascii()
    assert not set(address) & set(' \r\n\t,;<>"()[]\\')
    assert address.count("@") == 1
    assert canonical(address) == address


def test_domains_of_all_alphabets_are_kept_as_mail_servers_know_them():
    assert canonical("Kim@BÜCHER.example") == "kim@xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"body": "Come! {unsubscribe}"}, r"body must say \{link\}"),
        ({"body": "Come to {link}"}, r"body must say \{unsubscribe\}"),
        ({"reminder_body": "Come!"}, r"reminder_body must say \{link\} and \{unsubscribe\}"),
        ({"body": "{link} {unsubscribe} {place}"}, r"says \{place\}; it can say"),
        ({"body": "{link} {unsubscribe} {"}, "body"),
        ({"body": "{link} {unsubscribe} {link.x}"}, "body"),
        ({"subject": "Come to {link}"}, r"subject says \{link\}; it can say \{title\}"),
        ({"subject": "One\nTwo"}, "subject must be one line"),
        ({"reply_to": "Kim"}, "reply_to"),
    ],
)
def test_a_text_that_cannot_become_a_mail_is_refused(settings, sentence):
    with pytest.raises(PluginError, match=sentence):
        CHANNELS.build("invitation", {"minutes": 5, **settings})
