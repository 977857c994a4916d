"""`hinterland serve` as a command: it answers, it ends when told to, and what it cannot do it says."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hinterland.cli.main import app
from hinterland.web.serving import bind


def test_what_cannot_be_served_is_told(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = CliRunner().invoke
    nothing = run(app, ["serve", str(tmp_path)])
    assert nothing.exit_code == 2
    assert "no run here" in nothing.stderr
    monkeypatch.chdir(tmp_path)
    none = run(app, ["serve"])
    assert none.exit_code == 2
    assert "hinterland run" in none.stderr
    weak = run(app, ["serve", str(folder), "--token", "weak", "--port", "0"])
    assert weak.exit_code == 2
    assert "--token" in weak.stderr
    with bind("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        busy = run(app, ["serve", str(folder), "--port", port])
    assert busy.exit_code == 2
    assert f"port {port} is in use" in busy.stderr


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_it_serves_until_it_is_told_to_end(folder: Path) -> None:
    command = [sys.executable, "-m", "hinterland", "serve", str(folder), "--port", "0", "--no-live"]
    command += ["--token", "a-token-for-tests"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        found = next(match for line in lines if (match := re.search(r"http://127\.0\.0\.1:(\d+)/\?token=(\S+)", line)))
        connection = http.client.HTTPConnection("127.0.0.1", int(found[1]), timeout=20)
        connection.request("GET", "/api/runs")
        refused = connection.getresponse()
        refused.read()
        connection.request("GET", "/api/runs", headers={"X-Hinterland-Token": found[2]})
        runs = json.load(connection.getresponse())
        connection.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert refused.status == 401
    assert [run["id"] for run in runs] == ["small"]
