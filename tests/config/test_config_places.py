# SPDX-License-Identifier: MIT
"""Where the files are: for the service, for whoever reads the system's configuration, and for a user."""

from pathlib import Path

import pytest

from kneemon.config.loader import load_config
from kneemon.config.options import Config
from kneemon.config.places import SYSTEM_FILE, places, plan_place
from kneemon.errors import ConfigError

SERVICE = {"STATE_DIRECTORY": "/srv/state:/srv/more", "RUNTIME_DIRECTORY": "/srv/run"}


def test_the_system_file_is_where_the_house_says():
    assert Path("/etc/kneemon/kneemon.toml") == SYSTEM_FILE


def test_a_user_has_xdg_folders(environ):
    home = Path(environ["HOME"])
    mine = places(Config(), environ)
    assert mine.store == home / ".local/state/kneemon/kneemon.db"
    assert mine.socket == home / ".local/state/kneemon/control.sock"
    assert (mine.plan, mine.recording, mine.password_file, mine.ca_file) == (None, None, None, None)

    environ |= {"XDG_STATE_HOME": "/xdg/state", "XDG_RUNTIME_DIR": "/run/user/1000"}
    mine = places(Config(), environ)
    assert mine.store == Path("/xdg/state/kneemon/kneemon.db")
    assert mine.socket == Path("/run/user/1000/kneemon/control.sock")


def test_relative_xdg_folders_do_not_count(environ):
    mine = places(Config(), environ | {"XDG_STATE_HOME": "state", "XDG_RUNTIME_DIR": "run"})
    assert mine == places(Config(), environ)


def test_the_service_has_the_folders_systemd_made(environ):
    service = places(Config(), environ | SERVICE | {"XDG_STATE_HOME": "/xdg", "XDG_RUNTIME_DIR": "/xdg"})
    assert service.store == Path("/srv/state/kneemon.db")
    assert service.socket == Path("/srv/run/control.sock")


def test_who_reads_the_system_file_finds_the_service(write, environ, system_file):
    write("", system_file)
    found = places(load_config(environ=environ), environ | {"XDG_RUNTIME_DIR": "/run/user/1000"})
    assert found.store == Path("/var/lib/kneemon/kneemon.db")
    assert found.socket == Path("/run/kneemon/control.sock")


def test_on_a_device_without_a_configuration_the_service_is_found(environ, system_file):
    system_file.parent.mkdir()
    environ["XDG_RUNTIME_DIR"] = "/run/user/1000"
    found = places(load_config(environ=environ), environ)
    assert found.store == Path("/var/lib/kneemon/kneemon.db")
    assert found.socket == Path("/run/kneemon/control.sock")
    assert found.plan is None
    system_file.with_name("plan.toml").write_text("schema = 1")
    assert places(load_config(environ=environ), environ).plan == system_file.with_name("plan.toml")


def test_on_a_device_systemd_names_the_folders(environ, system_file):
    system_file.parent.mkdir()
    service = places(load_config(environ=environ), environ | SERVICE)
    assert service.store == Path("/srv/state/kneemon.db")
    assert service.socket == Path("/srv/run/control.sock")


@pytest.mark.parametrize("asked", [False, True])
def test_on_a_device_a_configuration_of_ones_own_means_places_of_ones_own(write, environ, system_file, asked):
    system_file.parent.mkdir()
    mine = write("", "mine.toml" if asked else "home/.config/kneemon/kneemon.toml")
    found = places(load_config(mine if asked else None, environ=environ), environ)
    assert found.store == Path(environ["HOME"]) / ".local/state/kneemon/kneemon.db"
    assert found.socket == Path(environ["HOME"]) / ".local/state/kneemon/control.sock"


def test_options_move_the_files(environ):
    overrides = {"store.path": "/data/walks.db", "control.socket": "k.sock", "plan.path": "~/plans/knee.toml"}
    moved = places(load_config(overrides=overrides, environ=environ), environ | SERVICE)
    assert moved.store == Path("/data/walks.db")
    assert moved.socket == Path("k.sock")
    assert moved.plan == Path(environ["HOME"]) / "plans/knee.toml"


def test_a_relative_path_begins_at_the_file_it_stands_in(write, environ):
    path = write('[mqtt]\npassword_file = "secret"\nca_file = "/etc/ca.pem"\n[sensor]\nrecording = "a/walk.csv"')
    found = places(load_config(path, environ=environ), environ)
    assert found.password_file == path.parent / "secret"
    assert found.ca_file == Path("/etc/ca.pem")
    assert found.recording == path.parent / "a" / "walk.csv"

    found = places(load_config(path, overrides={"mqtt.password_file": "mine"}, environ=environ), environ)
    assert found.password_file == Path("mine")


def test_the_plan_lies_beside_the_configuration(write, environ):
    path = write("")
    config = load_config(path, environ=environ)
    assert places(config, environ).plan is None
    plan = write("schema = 1", "plan.toml")
    assert places(config, environ).plan == plan
    assert places(Config(), environ).plan is None


def test_without_a_configuration_the_plan_lies_where_one_would_be(write, environ, system_file):
    mine = write("schema = 1", "home/.config/kneemon/plan.toml")
    assert places(Config(), environ).plan == mine
    devices = write("schema = 1", system_file.with_name("plan.toml"))
    assert places(Config(), environ | SERVICE).plan == devices


def test_without_any_home_the_store_must_be_named():
    with pytest.raises(ConfigError) as caught:
        places(Config(), {})
    assert str(caught.value) == (
        "The place for walks: expected store.path, or a home folder, saw neither (HOME is not set). "
        "Name the database's file in store.path and the socket's in control.socket."
    )
    overrides = {"store.path": "/data/walks.db", "control.socket": "/data/k.sock"}
    assert places(load_config(overrides=overrides, environ={}), {}).store == Path("/data/walks.db")


def test_where_a_plan_would_be(environ, tmp_path, write, system_file):
    home = Path(environ["HOME"])
    assert plan_place(Config(), environ) == home / ".config/kneemon/plan.toml"
    assert plan_place(Config(), environ | {"XDG_CONFIG_HOME": "/xdg"}) == Path("/xdg/kneemon/plan.toml")
    assert plan_place(Config(), SERVICE) == system_file.parent / "plan.toml"
    beside = load_config(write("[log]\n"), environ={})
    assert plan_place(beside, {}) == tmp_path / "plan.toml"
    named = load_config(write('[plan]\npath = "plans/mine.toml"\n'), environ={})
    assert plan_place(named, {}) == tmp_path / "plans/mine.toml"
    (tmp_path / "plan.toml").touch()
    assert plan_place(beside, {}) == places(beside, environ).plan


def test_nowhere_for_a_plan():
    with pytest.raises(ConfigError) as caught:
        plan_place(Config(), {})
    assert str(caught.value) == (
        "The place for the plan: expected plan.path, or a home folder, saw neither (HOME is not set). "
        "Name the plan's file in plan.path, or on the command line."
    )
