# SPDX-License-Identifier: MIT
"""A phone with the Home Assistant app: registered as the app does it; what is pushed to it arrives at a real server."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from stage_driver import Home

NAME = "Test phone"
RATE_LIMITS = {"successful": 1, "errors": 0, "maximum": 150, "resetsAt": "2099-01-01T00:00:00.000Z"}


class Phone:
    """Keeps what it is sent; `id` is its device in Home Assistant."""

    def __init__(self, home: Home) -> None:
        self.pushed: list[dict[str, Any]] = []
        self._home = home
        phone = self

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                phone.pushed.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                answer = json.dumps({"rateLimits": RATE_LIMITS}).encode()
                self.send_response(201)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        Thread(target=self._server.serve_forever, daemon=True).start()
        self._register()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reply(self, action: str, text: str | None = None) -> None:
        """Press a button of a notification; the app tells Home Assistant by an event."""
        said = {} if text is None else {"reply_text": text}
        self._home.fire("mobile_app_notification_action", action=action, **said)

    def _register(self) -> None:
        url = f"http://127.0.0.1:{self._server.server_address[1]}/push"
        self._home.rest(
            "POST",
            "/api/mobile_app/registrations",
            {
                "app_id": "tests",
                "app_name": "Tests",
                "app_version": "1",
                "device_name": NAME,
                "device_id": "tests-phone",
                "manufacturer": "nobody",
                "model": "none",
                "os_name": "none",
                "os_version": "1",
                "supports_encryption": False,
                "app_data": {"push_token": "made-up", "push_url": url},
            },
        )
        self.id: str = self._home.until(self._device, "the phone is a device")

    def _device(self) -> str | None:
        every = self._home.ask("config/device_registry/list")
        return next((str(device["id"]) for device in every if device["name"] == NAME), None)
