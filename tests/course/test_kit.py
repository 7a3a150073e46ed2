"""The kit: an archive that installs and runs the course where there is no network."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tempkit.course import kit
from tempkit.course.chapters import CHAPTERS, root

NAME = CHAPTERS[0].name


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A kit whose packages cost nothing: one small file."""

    def wheels(_, folder: Path) -> None:
        folder.mkdir()
        (folder / "torch-2-cp311.whl").write_bytes(b"a wheel")
        (folder / kit.MADE_FOR).write_text(kit.made_for())

    folder = tmp_path_factory.mktemp("kit")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kit, "_get_wheels", wheels)
        kit.pack(root(), folder)
    return folder


@pytest.fixture
def names(folder) -> set[str]:
    """What is in it, under its one top folder."""
    (archive,) = folder.iterdir()
    with zipfile.ZipFile(archive) as content:
        return {name.partition("/")[2] for name in content.namelist()}


def test_a_kit_holds_notes_labs_weights_packages_and_what_installs_them(names):
    assert {
        "start.py",
        "README.md",
        f"labs/es/{NAME}.ipynb",
        f"theory/en/{NAME}.md",
        "tempkit/verbs/weights/main/model.safetensors",
        "wheels/torch-2-cp311.whl",
        "wheels/made-for.txt",
    } <= names


def test_a_kit_holds_the_static_explorer(names):
    explorer = {p.relative_to(root()).as_posix() for p in root().glob("docs/explorer/**/*.*")}
    assert explorer <= names


def test_a_kit_holds_no_solutions(names):
    assert not [name for name in names if "solutions" in name]


def test_a_kit_says_for_which_python_and_machine_it_is(folder):
    (archive,) = folder.iterdir()  # Nothing unfinished is left beside it.
    assert archive.name.endswith(f"-{kit.made_for().replace(' ', '-')}.zip")
    assert kit.made_for().startswith(f"python{sys.version_info.major}.{sys.version_info.minor} ")


def test_everything_the_labs_need_is_asked_for_and_what_builds_the_package():
    asked = " ".join(kit.requirements(root()))
    for package in ("torch", "jupyterlab", "transformers", "setuptools"):
        assert package in asked


def test_a_package_that_cannot_be_had_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(kit, "requirements", lambda _: ["no-such-package-as-this"])
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(kit.KitError, match="no-such-package-as-this"):
        kit.pack(root(), tmp_path)


@pytest.mark.parametrize(("package", "told"), [("nvidia_cublas-1.whl", True), ("a.whl", False)])
def test_the_weight_of_cuda_is_noticed(tmp_path, package, told):
    with zipfile.ZipFile(tmp_path / "kit.zip", "w") as archive:
        archive.writestr(f"tempkit/wheels/{package}", b"")
    assert kit.with_cuda(tmp_path / "kit.zip") is told


# The whole of it for real, with the network switched off.

#: In a network namespace of its own even the machine itself is out of reach until this is done.
LOOPBACK = """
import fcntl, os, socket, struct, sys
with socket.socket() as one:
    up = struct.pack("16sh", b"lo", 1 | 64)  # IFF_UP, IFF_RUNNING
    fcntl.ioctl(one, 0x8914, up)  # SIOCSIFFLAGS
os.execvp(sys.argv[1], sys.argv[1:])
"""
#: Where namespaces are forbidden, every way out leads to a port at which nobody listens.
NOWHERE = {
    **dict.fromkeys(["http_proxy", "https_proxy", "all_proxy"], "http://127.0.0.1:9"),
    **{"no_proxy": "127.0.0.1,localhost", "PIP_INDEX_URL": "http://127.0.0.1:9"},
}
OPEN = """
import json, os, signal, subprocess, sys, time, urllib.request
command = [sys.executable, "start.py", "lab", "00", "--lang", "en", "--no-browser"]
server = subprocess.Popen([*command, "--port", sys.argv[1]], start_new_session=True)
for _ in range(600):
    time.sleep(0.2)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/api") as answer:
            print(json.load(answer))
            break
    except OSError:
        assert server.poll() is None, "JupyterLab has ended"
else:
    sys.exit("JupyterLab did not answer")
os.killpg(server.pid, signal.SIGKILL)  # start.py, the command and the server
"""
ANSWER = "def temperature_softmax(z, t):\n    return torch.softmax((z - z.amax(-1, True)) / t, -1)"


def cut_off() -> list[str]:
    """What to put before a command to run it where there is no network, as far as is allowed."""
    unshare = shutil.which("unshare")
    for options in (["-n"], ["-rn"]) if unshare else ():
        command = [unshare, *options, sys.executable, "-c", LOOPBACK]
        if subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    return []


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory) -> Path:
    """A real kit, unpacked in a folder with a space in its name."""
    folder = tmp_path_factory.mktemp("a kit")
    archive = kit.pack(root(), folder)
    with zipfile.ZipFile(archive) as content:
        content.extractall(folder)
    archive.unlink()
    (course,) = folder.iterdir()
    return course


def offline(course: Path, *command: str) -> subprocess.CompletedProcess:
    """Run a command with the system's Python, nothing of this environment, and no network."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    # What is compiled at installation would be compiled for a moment's use.
    more = NOWHERE | {"HOME": str(course.parent), "PIP_NO_COMPILE": "1", "COLUMNS": "200"}
    base = str(Path(sys._base_executable).resolve())
    return subprocess.run(
        [*cut_off(), base, *command], cwd=course, env=kept | more, capture_output=True, text=True
    )


def free_port() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1])


@pytest.mark.slow
def test_a_kit_installs_opens_a_lab_and_checks_it_without_a_network(unpacked):
    reached = offline(unpacked, "-c", "import urllib.request as u; u.urlopen('http://example.org')")
    assert reached.returncode != 0

    installed = offline(unpacked, "start.py", "doctor", "--lang", "en")
    assert installed.returncode == 0, installed.stdout + installed.stderr
    assert "This machine is ready for every lab." in installed.stdout
    assert "starts and answers" in installed.stdout

    opened = offline(unpacked, "-c", OPEN, free_port())
    assert opened.returncode == 0, opened.stdout + opened.stderr
    assert "version" in opened.stdout

    copy = unpacked / "work" / "en" / f"{NAME}.ipynb"
    notebook = json.loads(copy.read_text("utf-8"))
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "temperature_softmax":
            cell["source"] = ANSWER
    copy.write_text(json.dumps(notebook), encoding="utf-8")
    progress = offline(unpacked, "start.py", "progress", "--lang", "en")
    assert "3/10" in progress.stdout, progress.stdout + progress.stderr
