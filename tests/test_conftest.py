"""The guard that keeps integration tests from being skipped unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

_SKIPPING = """
import pytest

@pytest.mark.integration
def test_integration():
    pytest.skip("needs a machine")

def test_unit():
    pytest.skip("needs luck")

@pytest.mark.integration(where_it_starts="engine")
@pytest.mark.parametrize("reason", ["needs engine, not installed here", "engine does not start here: no mounts"])
def test_engine(reason):
    pytest.skip(reason)

@pytest.mark.integration
@pytest.mark.xfail(reason="known")
def test_known():
    raise ValueError
"""


@pytest.fixture
def tests(pytester: pytest.Pytester) -> pytest.Pytester:
    """A directory with this conftest.py and tests that skip."""
    pytester.makeconftest((Path(__file__).parent / "conftest.py").read_text(encoding="utf-8"))
    pytester.makeini("[pytest]\nmarkers = integration: needs real tools")
    pytester.makepyfile(_SKIPPING)
    return pytester


def test_a_skipped_integration_test_is_skipped(tests: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IMGSCOPE_REQUIRE_INTEGRATION", raising=False)
    tests.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(skipped=4, xfailed=1)


def test_a_skipped_integration_test_fails_where_they_are_required(
    tests: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMGSCOPE_REQUIRE_INTEGRATION", "1")
    result = tests.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=2, skipped=2, xfailed=1)
    result.stdout.fnmatch_lines(
        ["*needs a machine*IMGSCOPE_REQUIRE_INTEGRATION*", "*needs engine, not installed here*"]
    )


def test_a_program_that_does_not_start_here_is_told_and_does_not_count_as_missing(
    tests: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMGSCOPE_REQUIRE_INTEGRATION", "1")
    result = tests.runpytest_subprocess("-p", "no:cacheprovider", "-ra")
    result.stdout.fnmatch_lines("SKIPPED*engine does not start here: no mounts")
