"""As much of Docker's HTTP interface as `lean backtest` asks for, on a unix socket.

A container that is started leaves LEAN's recorded files in the folder that is mounted at /Results, and has ended; one
that is told to hang runs until it is killed.
"""

from __future__ import annotations

import json
import re
import shutil
import socketserver
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

IMAGE = "quantconnect/lean:latest"
_IMAGE = {
    "Id": "sha256:" + "1" * 64,
    "RepoTags": [IMAGE],
    "RepoDigests": [IMAGE.split(":")[0] + "@sha256:" + "2" * 64],
    "Created": "2026-01-01T00:00:00Z",
    "Size": 1,
    "Config": {"Labels": {"python_version": "3.11", "target_framework": "net9.0", "strict_python_version": "3.11.11"}},
}


class Docker:
    """The stand-in: `containers` by id, and every request in `asked`."""

    def __init__(self, socket_path: Path, source: Path, *, hangs: bool = False) -> None:
        self.containers: dict[str, dict[str, Any]] = {}
        self.removed: list[str] = []
        self.asked: list[str] = []
        self.source = source
        self.hangs = hangs
        docker = self

        class Handler(_Handler):
            stand_in = docker

        class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
            daemon_threads = True

        self._server = Server(str(socket_path), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def start(self, container: dict[str, Any]) -> None:
        container["State"]["Status"] = "running"
        if self.hangs:
            return
        for mount in container["HostConfig"].get("Mounts") or []:
            if mount["Target"] == "/Results":
                self._fill(Path(mount["Source"]))
        for bind in container["HostConfig"].get("Binds") or []:
            source, target, *_ = bind.split(":")
            if target == "/Results":
                self._fill(Path(source))
        container["State"] |= {"Status": "exited", "ExitCode": 0}

    def _fill(self, output: Path) -> None:
        for path in self.source.iterdir():
            shutil.copyfile(path, output / path.name.replace("03_ema_cross", "1234567890"))


class _Handler(BaseHTTPRequestHandler):
    stand_in: Docker
    protocol_version = "HTTP/1.1"

    def address_string(self) -> str:
        return "unix"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def _give(self, value: Any, status: int = 200) -> None:
        body = b"" if value is None else value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("API-Version", "1.45")
        self.end_headers()
        self.wfile.write(body)

    def _body(self) -> dict[str, Any]:
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(length)
        return json.loads(raw) if raw else {}

    @property
    def _route(self) -> str:
        path = re.sub(r"^/v[\d.]+", "", self.path.split("?")[0])
        self.stand_in.asked.append(f"{self.command} {path}")
        return path

    def _container(self, route: str) -> dict[str, Any] | None:
        key = route.split("/")[2]
        found = self.stand_in.containers
        return found.get(key) or next((c for c in found.values() if c["Name"].strip("/") == key), None)

    def do_HEAD(self) -> None:
        self._route  # noqa: B018 (noted)
        self._give(None)

    def do_GET(self) -> None:
        route = self._route
        match route:
            case "/_ping":
                return self._give(b"OK")
            case "/version":
                return self._give({"ApiVersion": "1.45", "Version": "27.0", "MinAPIVersion": "1.24"})
            case "/info":
                return self._give({"ServerVersion": "27.0"})
            case "/images/json":
                return self._give([_IMAGE])
            case "/networks":
                return self._give([{"Name": "lean_cli", "Id": "n"}])
            case "/volumes":
                return self._give({"Volumes": []})
            case "/containers/json":
                return self._give([{"Id": key, **c} for key, c in self.stand_in.containers.items()])
        if route.startswith("/images/"):
            return self._give(_IMAGE)
        container = self._container(route)
        if container is None:
            return self._give({"message": "no such container"}, 404)
        return self._give(b"" if route.endswith("/logs") else container)

    def do_POST(self) -> None:
        route, body = self._route, self._body()
        if route == "/containers/create":
            key = f"{len(self.stand_in.containers) + 1:064x}"
            name = re.search(r"[?&]name=([^&]+)", self.path)
            self.stand_in.containers[key] = {
                "Id": key, "Name": "/" + (name[1] if name else key), "Config": body, "HostConfig": body.get("HostConfig", {}),
                "State": {"Status": "created", "ExitCode": 0}, "Image": _IMAGE["Id"], "Names": ["/" + (name[1] if name else key)],
                "NetworkSettings": {"Ports": {}, "Networks": {}},
            }  # fmt: skip
            return self._give({"Id": key, "Warnings": []}, 201)
        container = self._container(route)
        if container is None:
            return self._give({"message": "not there"}, 404)
        if route.endswith("/start"):
            self.stand_in.start(container)
            return self._give(None, 204)
        if route.endswith("/wait"):
            return self._give({"StatusCode": container["State"]["ExitCode"]})
        if route.endswith(("/kill", "/stop")):
            container["State"] |= {"Status": "exited", "ExitCode": 137}
        return self._give(None, 204)

    def do_DELETE(self) -> None:
        container = self._container(self._route)
        if container is None:
            return self._give({"message": "no such container"}, 404)
        self.stand_in.removed.append(container["Name"].strip("/"))
        del self.stand_in.containers[container["Id"]]
        return self._give(None, 204)
