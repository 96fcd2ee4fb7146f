# SPDX-License-Identifier: MIT
"""`kneemon raw`, in the store at rest and through the socket of a kneemon that runs."""

import argparse
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from app_bench import Bench

from kneemon.app.motion import motion_files
from kneemon.cli import raw
from kneemon.cli.arguments import configured
from kneemon.cli.reprocess_arguments import raw as arguments
from kneemon.controls.socket import ControlServer
from kneemon.errors import ExitCode
from kneemon.model.samples import SampleBlock
from kneemon.store import StoreReader
from kneemon.store.raw_rows import raw_walks
from kneemon.virtual.walker import Walker

MakeBench = Callable[..., Bench]
Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The store and the socket of this test's own user."""
    for name in ("XDG_CONFIG_HOME", "KNEEMON_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    store, socket = tmp_path / "state/kneemon/kneemon.db", tmp_path / "run/kneemon/control.sock"
    for place in (store, socket):
        place.parent.mkdir(parents=True)
    return store, socket


@pytest.fixture
def recorded(bench: MakeBench, outing: tuple[Walker, list[SampleBlock]], places: tuple[Path, Path]) -> Bench:
    """Two walks with samples."""
    kneemon = bench()
    kneemon.path = places[0]
    acts = {0.5: kneemon.ask("raw", record=True), 3.0: kneemon.ask("start"), 20.0: kneemon.ask("stop")}
    kneemon.walk(outing[1], acts | {30.0: kneemon.ask("start"), 90.0: kneemon.ask("stop")})
    return kneemon


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    def run(*words: str) -> tuple[int, str, str]:
        parser = argparse.ArgumentParser()
        arguments(parser, configured)
        code = raw.run(parser.parse_args(words))
        return code, *capsys.readouterr()

    return run


def test_it_lists_what_is_kept(recorded: Bench, said: Said) -> None:
    code, out, _ = said()
    first, second = recorded.records()
    lines = out.splitlines()
    assert code == ExitCode.OK
    assert lines[0] == "Samples are kept, as chosen by `kneemon raw` or on the page."
    assert lines[1].startswith(f"{first.session_id}  ")
    assert lines[2].startswith(f"{second.session_id}  ")
    assert lines[3].startswith("2 walks with samples, 0.")
    assert lines[3].endswith(" of 1000 MB (raw.most_mb).")


def test_in_the_store_at_rest(recorded: Bench, said: Said) -> None:
    first, second = recorded.records()
    assert said("forget", first.session_id)[:2] == (0, f"The raw samples of {first.session_id} are deleted.\n")
    assert raw_walks(recorded.path) == {second.session_id}
    none = "kneemon: There are no raw samples of that name; nothing was deleted.\n"
    assert said("forget", first.session_id) == (ExitCode.CONTROL, "", none)
    assert said("off")[0] == ExitCode.OK
    assert said()[1].startswith("Samples are not kept, as chosen")
    assert said("forget", "all")[1] == "All raw samples are deleted.\n"
    assert raw_walks(recorded.path) == frozenset()


def test_forget_needs_a_name(recorded: Bench, said: Said) -> None:
    needs = "kneemon: `kneemon raw forget` needs a walk's name, or all; the others need none.\n"
    assert said("forget") == (ExitCode.USAGE, "", needs)
    assert said("on", "b1-1-0000") == (ExitCode.USAGE, "", needs)


def test_a_kneemon_that_runs_is_asked(
    bench: MakeBench, outing: tuple[Walker, list[SampleBlock]], places: tuple[Path, Path], said: Said
) -> None:
    """The verb speaks from the socket's side of the world, between two blocks."""
    kneemon = bench()
    kneemon.path = places[0]
    heard: list[tuple[int, str, str]] = []

    def handler(name: str, args: object) -> object:
        return kneemon.app.control(name, args)  # type: ignore[union-attr, arg-type]

    acts = {
        0.5: lambda: heard.append(said("on")),
        3.0: kneemon.ask("start"),
        20.0: kneemon.ask("stop"),
        22.0: lambda: heard.append(said("forget", "all")),
        24.0: lambda: heard.append(said("forget", "b9-9-9999")),
        26.0: lambda: heard.append(said("off")),
    }
    with closing(ControlServer(places[1], handler)):  # type: ignore[arg-type]
        kneemon.walk(outing[1], acts)
    assert [(code, out or err) for code, out, err in heard] == [
        (0, "The samples of your walks are kept from now on.\n"),
        (0, "All raw samples are deleted.\n"),
        (ExitCode.CONTROL, "kneemon: There are no raw samples of that name; nothing was deleted.\n"),
        (0, "No more samples are kept. Those that were kept stay until they are deleted.\n"),
    ]
    with StoreReader(kneemon.path) as reader:
        assert reader.note("raw") == "off"


def test_one_walk_or_all_go_out_as_bids(recorded: Bench) -> None:
    first, second = recorded.records()
    with StoreReader(recorded.path) as reader:
        for wanted, walks in ((None, [first, second]), ({second.session_id}, [second]), ({"b9-9-9999"}, [])):
            files = {name: b"".join(chunks) for name, chunks in motion_files(recorded.path, reader, wanted)}
            motions = [content for name, content in files.items() if name.endswith("_motion.tsv")]
            assert len(motions) == len(walks)
            for content, record in zip(motions, walks, strict=True):
                assert len(content.splitlines()) >= 100 * record.summary.duration_s - 50
