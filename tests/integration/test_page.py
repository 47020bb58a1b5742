"""The page of the html format in a browser: drawn, used by keyboard, and running nothing but its own script."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html import unescape
from pathlib import Path

import pytest

from imgscope.contents import with_contents
from imgscope.render import renderer
from imgscope.render.base import RenderOptions
from imgscope.text import printable
from tests.render.hostile import HOSTILE, MARK, hostile
from tests.render.page import Page
from tests.support import programs
from tests.support.images import file, layer
from tests.support.memory import tree_of

_PROBE = """
const told = {};
const press = (key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
const cells = () => [...document.querySelectorAll("#treemap > .cell")];
const violated = (event) => { (told.violations ??= []).push(event.violatedDirective); };
window.addEventListener("securitypolicyviolation", violated);
told.names = cells().map((cell) => cell.getAttribute("aria-label"));
cells()[0].focus(); press("ArrowRight");
told.moved = document.activeElement.getAttribute("aria-label");
cells()[0].focus(); document.activeElement.click();
told.opened = document.getElementById("crumbs").textContent;
press("Backspace");
told.back = document.activeElement.getAttribute("aria-label");
document.querySelector("#mode input[value=layer]").click();
told.layers = cells().map((cell) => cell.getAttribute("aria-label"));
byId("finding-search").value = "Xq7c"; byId("finding-search").dispatchEvent(new Event("input"));
told.found = byId("finding-count").textContent;
told.ignored = byId("ignored-title").textContent;
told.folded = !byId("ignored").open && !byId("ignored").hidden;
byId("ignored-title").click();
byId("ignored-findings").querySelector("summary").click();
told.reason = byId("ignored-findings").querySelector(".inside p").textContent;
told.verdict = document.querySelector(".verdict").textContent;
told.scripts = document.scripts.length;
told.images = document.images.length;
document.title = JSON.stringify(told);
"""


@pytest.mark.integration
def test_C71_in_a_browser_it_is_drawn_used_by_keyboard_and_runs_nothing_else(tmp_path: Path) -> None:
    programs.require("chromium")
    path = tmp_path / "page.html"
    path.write_text(_probed_page(), encoding="utf-8")
    dom = programs.run(
        "chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
        "--window-size=1280,1000", "--virtual-time-budget=5000", "--dump-dom", path.as_uri(),
    )  # fmt: skip
    title = re.search(r"<title>(.*?)</title>", dom, re.DOTALL)
    assert title is not None
    told = json.loads(unescape(title[1]))
    assert told["names"][0].startswith("usr: ")
    assert told["moved"] != told["names"][0]
    assert told["opened"] == "/usr"
    assert told["back"] == told["names"][0]
    assert {name[:3] for name in told["layers"]} == {"0: ", "1: "}
    assert told["found"] == f"1 of {len(HOSTILE)} findings"
    assert told["ignored"] == f"{len(HOSTILE)} findings ignored, and not judged"
    assert told["folded"]
    assert told["reason"] == f"Ignored by {printable(HOSTILE[0])}"
    assert told["verdict"].endswith(f": {len(HOSTILE)} of {len(HOSTILE)} checks fail, {len(HOSTILE)} findings ignored")
    assert (told["scripts"], told["images"]) == (2, 0)
    assert "violations" not in told
    assert MARK in dom


def _probed_page() -> str:
    """Return the page on a hostile image with more at the end of its script, which its policy allows."""
    files = (file(f"usr/{name.replace('/', '_')}", "x" * 3000) for name in HOSTILE if "\0" not in name)
    tree = tree_of(layer(*files), layer(file("usr/lib/large", "y" * 9000), file("etc/small", "z" * 500)))
    text = renderer("html").render([with_contents(hostile(), tree)], RenderOptions())
    script = Page(text).raw["script"][1]
    own, probed = (
        base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in (script, script + _PROBE)
    )
    return text.replace(own, probed).replace(script, script + _PROBE)
