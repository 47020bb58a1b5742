"""Names and scripts of an image, however long, take time that is linear in them."""

from __future__ import annotations

import time

from imgscope.rules._modules import _PYTHON_MODULE
from imgscope.rules._scripts import called_programs


def test_a_name_of_many_digits_is_soon_known_to_be_no_module() -> None:
    started = time.thread_time()
    assert _PYTHON_MODULE.fullmatch(f"x.cpython-{'1' * 16_000}!.so") is None
    assert time.thread_time() - started < 1


def test_the_version_of_a_module_is_read_from_its_name() -> None:
    for name, version in (
        ("a.cpython-311-x86_64-linux-gnu.so", "311"),
        ("a.cpython-38m.so", "38"),
        ("a.abi3.so", None),
    ):
        match = _PYTHON_MODULE.fullmatch(name)
        assert match is not None
        assert match["version"] == version


def test_a_script_of_many_digits_is_soon_read() -> None:
    started = time.thread_time()
    assert list(called_programs(f"echo {'1' * 60_000} 2>&1 2>& 1; /bin/app 12<&- x")) == ["/bin/app"]
    assert time.thread_time() - started < 1
