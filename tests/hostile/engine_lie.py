"""What a lying container engine is, and the image that it is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.hostile.declared import LITTLE_CPU, LITTLE_MEMORY, Declared, Register
from tests.support.engine import Engine
from tests.support.images import Entry, file, image, layer, tar, to_json
from tests.support.registry_exchange import Reply
from tests.support.saved import SavedBy, saved_members

APP: Final = image(
    [
        layer(file("etc/os-release", "ID=debian\nVERSION_ID=12\n")),
        layer(file("data", "1" * 60_000), created_by="RUN make # buildkit"),
    ],
    media="docker",
)
NAME: Final = "app:1"
LAYER_PATHS: Final = [f"blobs/{each.diff_id.replace(':', '/')}" for each in APP.layers]
CONFIG_PATH: Final = f"blobs/{APP.config_digest.replace(':', '/')}"
MANIFEST_PATH: Final = "manifest.json"

Tell = Callable[[Engine], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLie(Declared):
    """An engine that is not what it should be. `function` makes an honest one, which has the image `APP`, tell it.

    It saves images as `by` does. `limits` are those of the configuration file that all is run with. Each command
    sends no more than `most_requests`.
    """

    function: Tell
    by: SavedBy
    limits: Mapping[str, float]
    most_requests: int


class EngineLies(Register[EngineLie]):
    """The lies of engines that were declared."""

    def lie(
        self,
        exit_code: int,
        says: str = "",
        *,
        by: SavedBy = "docker 25",
        memory: int = LITTLE_MEMORY,
        cpu: float = LITTLE_CPU,
        most_requests: int = 4,
        limits: Mapping[str, float] | None = None,
    ) -> Callable[[Tell], Tell]:
        """Declare the decorated function as a lie; `limits` are keys of `[limits]`."""
        return self.declare(
            exit_code=exit_code, says=says, by=by, memory=memory, cpu=cpu, most_requests=most_requests,
            limits=limits or {},
        )  # fmt: skip


ENGINE_LIES: Final = EngineLies(EngineLie)

INSPECTED: Final = "/json"
HISTORY: Final = "/history"
SAVED: Final = "/get"
LISTED: Final = "/images/json"


def tells(engine: Engine, **members: Any) -> None:
    """Have the engine's answer on the image differ in these members, whose names are in snake_case but for RootFS."""
    path = f"/images/{NAME.replace(':', '%3A')}/json"
    told = json.loads(engine.answer(path).body)
    names = {name: "RootFS" if name == "root_fs" else name.title().replace("_", "") for name in members}
    engine.instead[path] = Reply(body=to_json({**told, **{names[name]: members[name] for name in members}}))


def layers(*diff_ids: str) -> dict[str, Any]:
    """What an engine calls the layers of an image."""
    return {"Type": "layers", "Layers": list(diff_ids)}


def members(by: SavedBy = "docker 25") -> dict[str, Entry]:
    """What is in the archive of the image, by name and in its order."""
    return {entry.path: entry for entry in saved_members(APP, NAME, by)}


def sends(engine: Engine, *entries: Entry) -> None:
    """Have the engine send an archive of these members."""
    engine.instead[SAVED] = Reply(body=tar(entries))


def changed(engine: Engine, by_path: Mapping[str, Entry | None]) -> None:
    """Have the engine send its archive with members replaced, or left out for None."""
    sends(engine, *(entry for entry in {**members(), **by_path}.values() if entry is not None))


def lists(engine: Engine, listed: Any) -> None:
    """Have the engine hold other images than the one that is asked for."""
    said = {"message": f"No such image: {NAME}"}
    engine.instead[LISTED] = listed if isinstance(listed, Reply) else Reply(body=to_json(listed))
    engine.instead[INSPECTED] = Reply(status=404, body=to_json(said))
