"""Which settings differ in what containers of two images start with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from imgscope.difference.document import ConfigurationChange
from imgscope.oci.config import Healthcheck, ImageConfig, RunConfig
from imgscope.secrets import redact, redact_variable


def compare_configurations(old: ImageConfig, new: ImageConfig) -> tuple[ConfigurationChange, ...]:
    """Return every setting that differs, secrets hidden. What says when and how an image was built does not count."""
    changes = [*_differing("platform", None, str(old.platform), str(new.platform))]
    before, after = _settings(old.run), _settings(new.run)
    for setting in before.keys() | after.keys():
        for key in {**before.get(setting, {}), **after.get(setting, {})}:
            changes += _differing(
                setting, key or None, before.get(setting, {}).get(key), after.get(setting, {}).get(key)
            )
    return tuple(sorted(changes, key=lambda change: (change.setting, change.key or "")))


def _differing(setting: str, key: str | None, old: str | None, new: str | None) -> Iterator[ConfigurationChange]:
    if old != new:
        yield ConfigurationChange(setting=setting, key=key, old=_shown(key, old), new=_shown(key, new))


def _shown(key: str | None, value: str | None) -> str | None:
    """Return a value without the secrets in it, which may be told by the name that it stands under."""
    if value is None:
        return None
    if key is None:
        return redact(value)
    return redact_variable(f"{key}={value}").removeprefix(f"{key}=")


def _settings(run: RunConfig) -> dict[str, Mapping[str, str]]:
    """Return every setting under the name that the report has for it, by key; the key of a single value is empty."""
    lists = {"entrypoint": run.entrypoint, "cmd": run.cmd, "shell": run.shell}
    single = {
        "user": run.user,
        "workingDir": run.working_dir,
        "stopSignal": run.stop_signal,
        **{name: _json(value) for name, value in lists.items() if value},
        "healthcheck": _json(_given(run.healthcheck)) if run.healthcheck is not None else None,
    }
    return {
        **{name: {"": value} for name, value in single.items() if value},
        "env": dict(variable.partition("=")[::2] for variable in run.env or ()),
        "labels": run.labels or {},
        "exposedPorts": dict.fromkeys(run.exposed_ports or (), ""),
        "volumes": dict.fromkeys(run.volumes or (), ""),
    }


def _given(healthcheck: Healthcheck) -> dict[str, object]:
    """Return what is set of `healthcheck`, by the names that image configurations have for it."""
    return {name: value for name, value in msgspec.to_builtins(healthcheck).items() if value is not None}


def _json(value: object) -> str:
    return msgspec.json.encode(msgspec.to_builtins(value)).decode()
