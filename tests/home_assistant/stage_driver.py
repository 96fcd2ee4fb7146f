# SPDX-License-Identifier: MIT
"""Home Assistant driven from outside, as a person's browser does: REST and WebSocket, nothing of its Python."""

import contextlib
import json
import math
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from websockets.sync.client import connect

ANSWER_S = 60.0
GENEROUS_S = 60.0


class HomeError(Exception):
    """Home Assistant refused, in its own words."""


class Home:
    """One Home Assistant, once its owner has moved in."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.token: str | None = None

    def answers(self) -> bool:
        with contextlib.suppress(HomeError, OSError):
            self.rest("GET", "/api/onboarding" if self.token is None else "/api/config")  # onboarding ends for good
            return True
        return False

    def move_in(self) -> None:
        """Onboarding: an owner is made, and a token that lives on. core_config ends with 500, for it looks for weather
        and radio, whose packages are not here; it counts as done all the same."""
        client = f"{self.url}/"
        owner = {"name": "Owner", "username": "owner", "password": "made-up-for-tests", "language": "en"}
        code = self.rest("POST", "/api/onboarding/users", {**owner, "client_id": client})["auth_code"]
        form = {"client_id": client, "grant_type": "authorization_code", "code": code}
        self.token = self.rest("POST", "/auth/token", form=form)["access_token"]
        steps: dict[str, dict[str, str]] = {
            "core_config": {},
            "analytics": {},
            "integration": {"client_id": client, "redirect_uri": f"{client}?auth_callback=1"},
        }
        for step, body in steps.items():
            with contextlib.suppress(HomeError):
                self.rest("POST", f"/api/onboarding/{step}", body)
        self.token = self.ask("auth/long_lived_access_token", client_name="tests", lifespan=365)

    def add_mqtt(self, host: str, port: int, username: str, password: str) -> None:
        """The MQTT integration, set up through its dialogue."""
        flows = "/api/config/config_entries/flow"
        flow = self.rest("POST", flows, {"handler": "mqtt", "show_advanced_options": False})
        broker = {"broker": host, "port": port, "username": username, "password": password}
        made = self.rest("POST", f"{flows}/{flow['flow_id']}", broker)
        assert made["type"] == "create_entry", made
        self.until(self.mqtt_loaded, "the MQTT entry is loaded")

    def mqtt_loaded(self) -> bool:
        return any(entry["state"] == "loaded" for entry in self._mqtt_entries())

    def reload_mqtt(self) -> None:
        for entry in self._mqtt_entries():
            self.rest("POST", f"/api/config/config_entries/entry/{entry['entry_id']}/reload")
        self.until(self.mqtt_loaded, "the MQTT entry is loaded again")

    def states(self) -> dict[str, dict[str, Any]]:
        return {state["entity_id"]: state for state in self.get("states")}

    def state(self, entity: str) -> str | None:
        """None when there is no such entity."""
        found = self.states().get(entity)
        return None if found is None else str(found["state"])

    def number(self, entity: str) -> float:
        """NaN when it has none now."""
        try:
            return float(self.state(entity) or "nan")
        except ValueError:
            return math.nan

    def attributes(self, entity: str) -> Mapping[str, Any]:
        found = self.states().get(entity)
        return {} if found is None else found["attributes"]

    def entities(self, platform: str = "mqtt") -> dict[str, dict[str, Any]]:
        """The registry's entries by unique id."""
        every = self.ask("config/entity_registry/list")
        return {entry["unique_id"]: entry for entry in every if entry["platform"] == platform}

    def devices(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("config/device_registry/list")
        return [device for device in found if any(kind == "mqtt" for kind, *_ in device["identifiers"])]

    def serve(self, service: str, **data: object) -> None:
        """Call a service such as button.press."""
        self.rest("POST", f"/api/services/{service.replace('.', '/', 1)}", data)

    def press(self, button: str) -> None:
        """Press it, once it is there to be pressed: Home Assistant says nothing of a press that it ignores."""
        entity = f"button.kneemon_{button}"
        self.until(lambda: self.state(entity) not in (None, "unavailable"), f"{entity} can be pressed")
        self.serve("button.press", entity_id=entity)

    def fire(self, event: str, **data: object) -> None:
        self.rest("POST", f"/api/events/{event}", data)

    def notifications(self) -> dict[str, dict[str, Any]]:
        """The persistent notifications by id."""
        return {note["notification_id"]: note for note in self.ask("persistent_notification/get")}

    def automate(self, name: str, blueprint: str, **inputs: object) -> str:
        """An automation made from a blueprint, in force; its entity. Fails in Home Assistant's words if it will not."""
        known = {entity for entity in self.states() if entity.startswith("automation.")}
        body = {"alias": name, "use_blueprint": {"path": blueprint, "input": inputs}}
        self.rest("POST", f"/api/config/automation/config/{name}", body)
        new = self.until(
            lambda: {entity for entity in self.states() if entity.startswith("automation.")} - known,
            f"the automation {name} is there",
        )
        (entity,) = new
        self.until(lambda: self.state(entity) == "on", f"{entity} is on")
        return str(entity)

    def statistics(self, statistic: str, start: str, period: str = "hour") -> list[dict[str, Any]]:
        kinds = ["sum", "change", "mean", "min", "max"]
        found = self.ask(
            "recorder/statistics_during_period",
            start_time=start,
            statistic_ids=[statistic],
            period=period,
            types=kinds,
        )
        rows: list[dict[str, Any]] = found.get(statistic, [])
        return rows

    def get(self, what: str) -> Any:
        return self.rest("GET", f"/api/{what}")

    def ask(self, kind: str, **more: object) -> Any:
        """One question over the WebSocket."""
        with self._socket() as say:
            return say({"type": kind, **more})

    def until(self, condition: Callable[[], Any], what: str, within_s: float = GENEROUS_S) -> Any:
        """The condition's first true value; what Home Assistant refuses meanwhile counts as not yet."""
        deadline = time.monotonic() + within_s
        while True:
            with contextlib.suppress(HomeError, KeyError):
                if value := condition():
                    return value
            if time.monotonic() > deadline:
                pytest.fail(f"waited {within_s:.0f} s in vain: {what}")
            time.sleep(0.1)

    def becomes(self, entity: str, state: str, within_s: float = GENEROUS_S) -> None:
        self.until(lambda: self.state(entity) == state, f"{entity} is {state}", within_s)

    def rest(self, method: str, path: str, body: object = None, *, form: Mapping[str, str] | None = None) -> Any:
        request = urllib.request.Request(self.url + path, method=method)  # noqa: S310 - http on loopback
        if self.token is not None:
            request.add_header("Authorization", f"Bearer {self.token}")
        if form is not None:
            request.data = urllib.parse.urlencode(form).encode()
        elif body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:  # noqa: S310 - http on loopback
                text = answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                raise HomeError(f"{method} {path}: {error.code} {error.read().decode()[:2000]}") from None
        try:
            return json.loads(text)
        except ValueError:
            return text

    def _mqtt_entries(self) -> list[dict[str, Any]]:
        return [entry for entry in self.get("config/config_entries/entry") if entry["domain"] == "mqtt"]

    @contextlib.contextmanager
    def _socket(self) -> Iterator[Callable[[dict[str, object]], Any]]:
        address = f"{self.url.replace('http', 'ws', 1)}/api/websocket"
        with connect(address, max_size=None, open_timeout=ANSWER_S, proxy=None) as socket:
            socket.recv(ANSWER_S)
            socket.send(json.dumps({"type": "auth", "access_token": self.token}))
            answer = json.loads(socket.recv(ANSWER_S))
            if answer["type"] != "auth_ok":
                raise HomeError(str(answer))

            def say(question: dict[str, object]) -> Any:
                socket.send(json.dumps({"id": 1, **question}))
                while (answer := json.loads(socket.recv(ANSWER_S)))["type"] != "result":
                    pass
                if not answer["success"]:
                    raise HomeError(f"{question['type']}: {answer['error']}")
                return answer["result"]

            yield say
