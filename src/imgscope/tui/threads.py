"""Work that takes a while, in a thread beside the one that answers keys."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable
from functools import partial, wraps
from typing import Concatenate, ParamSpec, TypeVar

from textual.dom import DOMNode
from textual.worker import WorkType

_Node = TypeVar("_Node", bound=DOMNode)
_Arguments = ParamSpec("_Arguments")
_Method = Callable[Concatenate[_Node, _Arguments], None]


def in_thread(*, exclusive: bool = False) -> Callable[[_Method[_Node, _Arguments]], _Method[_Node, _Arguments]]:
    """Let a method run in a thread of its own; whoever calls it goes on at once.

    It is a worker of textual, `exclusive` as those are. But while those that run in threads keep the program from
    ending, one that waits for a source that does not answer is left behind.
    """

    def decorate(method: _Method[_Node, _Arguments]) -> _Method[_Node, _Arguments]:
        @wraps(method)
        def start(node: _Node, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs) -> None:
            work: WorkType[None] = partial(_finish, partial(method, node, *args, **kwargs))
            node.run_worker(work, exclusive=exclusive)

        return start

    return decorate


async def _finish(work: Callable[[], None]) -> None:
    """Return when `work`, in a thread that does not keep the program alive, is done. Raises what it raises."""
    loop = asyncio.get_running_loop()
    over: asyncio.Future[None] = loop.create_future()

    def end(error: BaseException | None) -> None:
        if over.done():
            return
        if error is None:
            over.set_result(None)
        else:
            over.set_exception(error)

    def run() -> None:
        error: BaseException | None = None
        try:
            work()
        except BaseException as caught:  # noqa: BLE001 - raised again where it is waited for
            error = caught
        # Nobody waits any more where the program ends meanwhile.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(end, error)

    # With the context, textual tells the worker that is under way, and the app.
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(run,), name="work", daemon=True).start()
    await over
