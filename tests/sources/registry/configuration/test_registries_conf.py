"""Reading `registries.conf` and its drop-ins, as containers-registries.conf(5) describes them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.errors import UsageError
from imgscope.sources.registry.configuration.registries_conf import CredentialHelpers, RegistryTable, load, parse
from tests.sources.registry.configuration.machine import Machine

_PATH = Path("/etc/containers/registries.conf")


def table(prefix: str) -> RegistryTable:
    (parsed,) = parse(f'[[registry]]\nprefix = "{prefix}"\nlocation = "there.example"\n'.encode(), _PATH)
    return parsed


def prefixes(machine: Machine) -> dict[str, str]:
    """The location of each prefix."""
    return {each.prefix: each.location for each in load(machine.environ)[0]}


def registry(prefix: str, location: str) -> str:
    return f'[[registry]]\nprefix = "{prefix}"\nlocation = "{location}"\n'


@pytest.mark.parametrize(
    ("prefix", "name", "rest"),
    [
        ("example.com", "example.com/app:1", "/app:1"),
        ("example.com", "example.com:5000/app:1", ":5000/app:1"),
        ("example.com", "example.community/app:1", None),
        ("example.com/team", "example.com/team/app:1", "/app:1"),
        ("example.com/team", "example.com/teams/app:1", None),
        ("example.com/team/app", "example.com/team/app:1", ":1"),
        ("example.com/team/app:1", "example.com/team/app:1", ""),
        ("example.com/team/app:1", "example.com/team/app:12", None),
        ("example.com/app", f"example.com/app@sha256:{'0' * 64}", f"@sha256:{'0' * 64}"),
        ("*.example.com", "a.example.com/app:1", "/app:1"),
        ("*.example.com", "a.b.example.com:5000/app:1", ":5000/app:1"),
        ("*.example.com", "a.example.com.example.com/app:1", "/app:1"),
        ("*.example.com", "example.com/app:1", None),
        ("*.example.com", "notexample.com/app:1", None),
        ("*.example.com", "evil.net/a.example.com/app:1", None),
    ],
)
def test_C23_a_prefix_matches_up_to_a_separator(prefix: str, name: str, rest: str | None) -> None:
    assert table(prefix).rest_of(name) == rest


def test_C23_a_missing_prefix_is_the_location() -> None:
    (parsed,) = parse(b'[[registry]]\nlocation = "registry.com/"\n', _PATH)
    assert (parsed.prefix, parsed.location) == ("registry.com", "registry.com")


def test_C23_a_wildcard_without_location_leaves_names_as_they_are() -> None:
    (parsed,) = parse(b'[[registry]]\nprefix = "*.example.com"\nblocked = true\n', _PATH)
    assert (parsed.location, parsed.is_blocked) == ("", True)


def test_C23_mirrors_say_what_they_are_asked_for() -> None:
    text = b"""
    [[registry]]
    location = "example.com"
    [[registry.mirror]]
    location = "one.example"
    [[registry.mirror]]
    location = "two.example:5000/cache"
    insecure = true
    pull-from-mirror = "tag-only"
    [[registry]]
    location = "other.example"
    mirror-by-digest-only = true
    [[registry.mirror]]
    location = "three.example"
    """
    first, second = parse(text, _PATH)
    assert [(mirror.location, mirror.is_insecure, mirror.pulls) for mirror in first.mirrors + second.mirrors] == [
        ("one.example", False, "all"),
        ("two.example:5000/cache", True, "tag-only"),
        ("three.example", False, "digest-only"),
    ]


def test_C23_the_users_file_replaces_the_machines(machine: Machine) -> None:
    machine.write_system("containers/registries.conf", registry("a.example", "system.example"))
    machine.write_system("containers/registries.conf.d/50.conf", registry("b.example", "system.example"))
    machine.write_user("containers/registries.conf", registry("c.example", "user.example"))
    machine.write_user("containers/registries.conf.d/50.conf", registry("d.example", "user.example"))
    assert prefixes(machine) == {"c.example": "user.example", "d.example": "user.example"}


def test_C23_drop_ins_override_in_the_order_of_their_names(machine: Machine) -> None:
    machine.write_system("containers/registries.conf", registry("a.example", "main.example"))
    machine.write_system("containers/registries.conf.d/20.conf", registry("a.example", "twenty.example"))
    machine.write_system("containers/registries.conf.d/10.conf", registry("a.example", "ten.example"))
    machine.write_system("containers/registries.conf.d/99.txt", "not read")
    machine.write_user("containers/registries.conf.d/00.conf", registry("b.example", "user.example"))
    assert prefixes(machine) == {"a.example": "twenty.example", "b.example": "user.example"}


def test_C23_a_file_that_the_environment_names_replaces_all_others(machine: Machine) -> None:
    machine.write_system("containers/registries.conf", registry("a.example", "system.example"))
    machine.write_user("containers/registries.conf", registry("b.example", "user.example"))
    named = machine.write_user("mine.conf", registry("c.example", "mine.example"))
    machine.write_user("mine.conf.d/1.conf", registry("d.example", "mine.example"))
    machine.environ["CONTAINERS_REGISTRIES_CONF"] = str(named)
    assert prefixes(machine) == {"c.example": "mine.example", "d.example": "mine.example"}


def test_C23_a_file_that_the_environment_names_has_to_be_there(machine: Machine) -> None:
    machine.environ["CONTAINERS_REGISTRIES_CONF"] = "/nowhere/registries.conf"
    with pytest.raises(UsageError, match=r"names '/nowhere/registries\.conf', which is no file"):
        load(machine.environ)


def test_C23_the_first_version_of_the_format_still_blocks_and_allows() -> None:
    text = b"[registries.search]\nregistries = ['a.example']\n[registries.insecure]\nregistries = ['b.example']\n"
    insecure, blocked = parse(text + b"[registries.block]\nregistries = ['c.example']\n", _PATH)
    assert (insecure.prefix, insecure.is_insecure, insecure.is_blocked) == ("b.example", True, False)
    assert (blocked.prefix, blocked.is_insecure, blocked.is_blocked) == ("c.example", False, True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"[[registry]\n", "/etc/containers/registries.conf is not TOML: Expected ']]'"),
        (b"\xff", "/etc/containers/registries.conf is not UTF-8 at byte 0: expected TOML"),
        (b"a = " + b"[" * 5000, "/etc/containers/registries.conf is nested too deeply"),
        (
            b'[[registry]]\nlocation = "a.example"\nblocked = "yes"',
            "Expected `bool`, got `str` - at `registry[0].blocked`",
        ),
        (b"[[registry]]\n", "[[registry]] number 1: expected a prefix, a location or both"),
        (b'[[registry]]\nlocation = "https://a.example"', "the location 'https://a.example' is no place in a registry"),
        (b'[[registry]]\nlocation = "myhost"', "'myhost' is no place in a registry: expected HOST[:PORT][/NAMESPACE]"),
        (b'[[registry]]\nprefix = "*.example.com/foo"', "has more than a host after *: expected *.example.com"),
        (b'[[registry]]\nprefix = "a.*.com"', "the prefix 'a.*.com' is no place in a registry"),
        (b'[[registry]]\nlocation="a.example"\n[[registry.mirror]]\n', "missing required field `location`"),
        (
            b'[[registry]]\nlocation="a.example"\n[[registry.mirror]]\nlocation="b.example"\npull-from-mirror="never"',
            "Invalid enum value 'never' - at `registry[0].mirror[0].pull-from-mirror`",
        ),
        (
            b"""registry=[{location="a.example",mirror-by-digest-only=true,
            mirror=[{location="b.example",pull-from-mirror="all"}]}]""".replace(b"\n", b""),
            "the mirror 'b.example' has pull-from-mirror though the registry has mirror-by-digest-only",
        ),
        (b'registry=[{location="a.example"}]\n[registries.block]\nregistries=["b.example"]', "mixes [[registry]] with"),
    ],
)
def test_C23_a_malformed_file_is_one_sentence(text: bytes, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse(text, _PATH)
    assert message in raised.value.message
    assert raised.value.message.startswith(str(_PATH))
    assert raised.value.exit_code == 2


@given(st.binary(max_size=200) | st.text(alphabet='[]registy.=" \n{}ab*:/', max_size=200).map(str.encode))
def test_C23_whatever_is_in_a_file_is_understood_or_refused_in_a_sentence(text: bytes) -> None:
    refusal, tables = "", tuple[RegistryTable, ...]()
    try:
        tables = parse(text, _PATH)
    except UsageError as error:
        refusal = error.message
    assert not refusal or refusal.startswith(str(_PATH))
    assert all(each.origin == _PATH and each.prefix for each in tables)


def test_C23_a_file_that_cannot_be_read_is_told(machine: Machine) -> None:
    (machine.system / "containers" / "registries.conf").mkdir(parents=True)
    with pytest.raises(UsageError, match=r"registries\.conf cannot be read: Is a directory"):
        load(machine.environ)
    machine.write_user("containers/registries.conf", "#" * (1024 * 1024 + 1))
    with pytest.raises(UsageError, match="has more than the 1,048,576 bytes that are read"):
        load(machine.environ)


def test_C12_the_credential_helpers_of_the_last_file_that_names_any_count(machine: Machine) -> None:
    main = machine.write_system("containers/registries.conf", 'credential-helpers = ["pass", "containers-auth.json"]\n')
    machine.write_system("containers/registries.conf.d/1.conf", registry("a.example", "b.example"))
    assert load(machine.environ)[1] == CredentialHelpers(names=("pass", "containers-auth.json"), origin=str(main))
    user = machine.write_user("containers/registries.conf.d/2.conf", "credential-helpers = []\n")
    assert load(machine.environ)[1] == CredentialHelpers(names=(), origin=str(user))


def test_C12_credential_helpers_that_are_no_list_are_told(machine: Machine) -> None:
    machine.write_system("containers/registries.conf", 'credential-helpers = "pass"\n')
    with pytest.raises(
        UsageError, match=r"is malformed: Expected `array \| null`, got `str` - at `credential-helpers`"
    ):
        load(machine.environ)
