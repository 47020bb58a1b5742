"""What all tests share: nothing of the user who runs them, and integration tests that may be required to run."""

from __future__ import annotations

import gc
import itertools
import os
import signal
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    import trustme
    from xdist.scheduler import Scheduling

_REQUIRE_INTEGRATION = "IMGSCOPE_REQUIRE_INTEGRATION"
_LONGEST_PARAMETER = 60
_OBJECTS_BETWEEN_COLLECTIONS = 100_000
_numbers = itertools.count()
_SETTINGS_OF_THE_USER = (
    "CLICOLOR_FORCE",
    "COLUMNS",
    # That of the controller of pytest-xdist, where readline put it.
    "LINES",
    "CONTAINERS_REGISTRIES_CONF",
    "CONTAINER_HOST",
    "DOCKER_AUTH_CONFIG",
    "DOCKER_CERT_PATH",
    "DOCKER_CONFIG",
    "DOCKER_CONTEXT",
    "DOCKER_HOST",
    "DOCKER_TLS",
    "DOCKER_TLS_VERIFY",
    "NO_COLOR",
    "REGISTRY_AUTH_FILE",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_RUNTIME_DIR",
)

# Whoever starts the tests in the background, or to go on without a terminal, has these ignored by all that they start.
for _number, _usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _usual)

# Tests start imgscope hundreds of times; where bytecode is not kept, as in many containers, each compiles it anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Garbage is looked for after tests that left much of it, and not within them: `pytest_runtest_teardown`.
gc.disable()

# A busy machine is no failure of a property.
hypothesis.settings.register_profile("imgscope", deadline=None)
hypothesis.settings.load_profile("imgscope")


@pytest.fixture(autouse=True, scope="session")
def _no_settings_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Run all tests with an empty home, without the configuration of this machine, and loopback past any proxy."""
    with pytest.MonkeyPatch.context() as patch:
        for name in _SETTINGS_OF_THE_USER:
            patch.delenv(name, raising=False)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        patch.setattr("imgscope.sources.registry.configuration.files.SYSTEM", tmp_path_factory.mktemp("etc"))
        for name in ("NO_PROXY", "no_proxy"):
            patch.setenv(name, ",".join(filter(None, (os.environ.get(name), "localhost", "127.0.0.1"))))
        yield


@pytest.fixture(autouse=True, scope="session")
def _garbage_is_collected() -> Iterator[None]:
    """Keep imgscope from leaving its garbage to the end of its process: this one runs it for thousands of tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("freeze", "unfreeze"):
            patch.setattr(gc, name, lambda: None)
        yield


@pytest.fixture(autouse=True)
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test find layers that another one read. The directory is made by imgscope, and for few tests only."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "caches" / str(next(_numbers))))


@pytest.fixture(scope="session")
def _authority() -> trustme.CA:
    import trustme

    return trustme.CA()


@pytest.fixture
def one_authority(_authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """The only authority that is trusted: to load all those of a system takes longer than to read a small image."""
    path = tmp_path / "authority.pem"
    _authority.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "no-certificates"))
    return _authority


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a test by the beginning of a long text that it is given, and not by half a megabyte.

    pytest numbers those that begin alike. Workers are sent the name of each test, and report it several times.
    """
    if isinstance(val, str | bytes) and len(val) > _LONGEST_PARAMETER:
        return ascii(val[:_LONGEST_PARAMETER]).removeprefix("b")[1:-1]
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep integration tests together where tests are spread over processes: the images they share are made once.

    pytest-xdist looks at the groups in the same hook, so that this one has to come first.
    """
    for item in items:
        if item.get_closest_marker("integration"):
            names = item.fixturenames if isinstance(item, pytest.Function) else ()
            shared = next((name for name in ("debian", "musl") if name in names), None)
            item.add_marker(pytest.mark.xdist_group("images" if shared else item.location[0]))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Look for garbage in what tests make, and not in the tests themselves and in all that they import."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown() -> Generator[None]:
    """Collect the garbage of a test that left much, when nothing else of it is left: one look, and what it freed."""
    yield
    if gc.get_count()[0] > _OBJECTS_BETWEEN_COLLECTIONS:
        gc.collect()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling | None:
    """Spread tests over processes in our own way, unless another one than that of `make test` is asked for."""
    if config.getvalue("dist") != "loadgroup":
        return None
    from tests.support.spreading import SpreadInBatches

    return SpreadInBatches(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a skipped integration test fail where IMGSCOPE_REQUIRE_INTEGRATION is set, as it is in .ci/run.

    Programs can be installed, but not every machine lets each of them start: a test that is marked with
    `where_it_starts=PROGRAM` may be skipped with the reason why this one does not. The reason is printed in the end.
    """
    report = yield
    marker = item.get_closest_marker("integration")
    if os.environ.get(_REQUIRE_INTEGRATION) and marker and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        program = marker.kwargs.get("where_it_starts")
        if program is None or not reason.startswith(f"Skipped: {program} does not start here: "):
            report.outcome = "failed"
            report.longrepr = f"{reason}: {_REQUIRE_INTEGRATION} forbids skipping it"
    return report
