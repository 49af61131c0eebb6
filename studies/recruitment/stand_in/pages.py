"""The stand-in's pages: send somebody to a study, come back with a code, change a state by hand."""

from html import escape
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from studies.recruitment.stand_in.refusal import Refusal
from studies.recruitment.stand_in.world import STATES, Fault

if TYPE_CHECKING:
    from studies.recruitment.stand_in.server import StandIn

Response = tuple[int, dict[str, str], bytes]
HTML = {"Content-Type": "text/html; charset=utf-8"}
STYLE = (
    "body{font:1rem/1.5 system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem}"
    "td,th{padding:.3rem .8rem;text-align:left}"
)

TROUBLE = """<h2>Trouble</h2><form method=post action=/trouble>
<p><label>Fail the next <input name=times size=3 value=0> calls of the API</label>
 <label>whose address has <input name=path size=20 value=/api/></label>
 <label>with status <input name=status size=3 value=503></label> (0: the connection ends)
 <label><input type=checkbox name=after value=yes> after they were carried out</label></p>
<p><label>Each answer takes <input name=slow size=3 value=0> seconds;</label>
 <label>hooks come <input name=hook_times size=3 value=1> times,</label>
 <label>after <input name=hook_delay size=3 value=0> seconds</label></p>
<p><button>Set</button> “0 calls” ends all faults.</p></form>"""


def respond(
    stand_in: "StandIn", method: str, path: str, query: dict[str, str], body: bytes, headers: Any
) -> Response:
    """The page of an address, or what a button does."""
    form = {key: values[0] for key, values in parse_qs(body.decode()).items()}
    try:
        if method == "POST" and path == "/publish":
            stand_in.world.move_study(form["study"], "PUBLISH")
        elif method == "POST" and path == "/go":
            if stand_in.world.free_places(form["study"]) < 1:
                raise Refusal(400, "The study has no free place: add places, or free one.")
            submission, address = stand_in.launch(form["study"], form.get("person", ""))
            stand_in.world.set_state(submission, "ACTIVE")
            cookie = f"stand_in={submission}; Path=/; HttpOnly; SameSite=Lax"
            return 303, {"Location": address, "Set-Cookie": cookie}, b""
        elif method == "POST" and path == "/state":
            stand_in.world.set_state(form["submission"], form["state"])
        elif method == "POST" and path == "/trouble":
            _trouble(stand_in, form)
        elif path == "/submissions/complete":
            return _completed(stand_in, query.get("cc", ""), headers)
        elif path != "/":
            return 404, HTML, b"There is no such page."
    except (Refusal, KeyError, ValueError) as error:
        return 400, HTML, escape(str(error)).encode()
    if method == "POST":
        return 303, {"Location": "/"}, b""
    return 200, HTML, _home(stand_in).encode()


def _completed(stand_in: "StandIn", code: str, headers: Any) -> Response:
    cookie = SimpleCookie(headers.get("Cookie", "")).get("stand_in")
    if cookie:
        stand_in.world.complete(cookie.value, code)
    text = f"<h1>Code {escape(code)} received</h1><p><a href='/'>Back to the stand-in</a></p>"
    return 200, HTML, _page(text).encode()


def _trouble(stand_in: "StandIn", form: dict[str, str]) -> None:
    """What goes wrong from now on; “times” 0 ends all faults."""
    world = stand_in.world
    times, status = int(form.get("times", "0")), int(form.get("status", "503"))
    lost = form.get("after") == "yes"
    fault = Fault(form.get("path", "/api/"), status, times, after=lost)
    world.faults = [*world.faults, fault] if times > 0 else []
    world.slow = min(max(float(form.get("slow", "0")), 0.0), 60.0)
    world.hook_times = min(max(int(form.get("hook_times", "1")), 0), 10)
    world.hook_delay = min(max(float(form.get("hook_delay", "0")), 0.0), 600.0)


def _home(stand_in: "StandIn") -> str:
    world = stand_in.world
    studies = "".join(
        f"<tr><td>{escape(s['name'])}</td><td>{s['status']}</td><td>"
        + _button("/publish", "Publish", study=s["id"])
        + _button("/go", "Send somebody there", study=s["id"])
        + "</td></tr>"
        for s in world.studies.values()
    )
    submissions = "".join(
        f"<tr><td>{s['id']}</td><td>{s['status']}</td><td>{escape(str(s['study_code'] or ''))}</td>"
        f"<td>{sum(s['bonus_payments']) / 100:.2f}</td><td>{_states(s['id'])}</td></tr>"
        for s in world.submissions.values()
    )
    return _page(
        "<h1>Stand-in for Prolific</h1><p>Nobody is paid, nobody is here.</p>"
        f"<h2>Studies</h2><table>{studies}</table><h2>Submissions</h2><table><tr><th>Submission"
        f"</th><th>State</th><th>Code</th><th>Bonus</th><th></th></tr>{submissions}</table>{TROUBLE}"
    )


def _page(text: str) -> str:
    head = f"<meta charset=utf-8><title>Stand-in for Prolific</title><style>{STYLE}</style>"
    return f"<!doctype html><html lang=en>{head}<main>{text}</main></html>"


def _button(action: str, label: str, **values: str) -> str:
    hidden = "".join(f"<input type=hidden name={k} value='{escape(v)}'>" for k, v in values.items())
    form = f"<form method=post action={action} style=display:inline>"
    return f"{form}{hidden}<button>{label}</button></form> "


def _states(submission: str) -> str:
    options = "".join(f"<option>{state}</option>" for state in STATES)
    return (
        f"<form method=post action=/state><input type=hidden name=submission value={submission}>"
        f"<select name=state aria-label=State>{options}</select> <button>Set</button></form>"
    )
