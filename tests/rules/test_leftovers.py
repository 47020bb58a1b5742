"""What the build left behind: named, priced, and explained."""

from __future__ import annotations

import pytest

from imgscope.report import Finding, ImageReport, Severity
from tests.rules.examples import content, dpkg
from tests.support.images import BuiltLayer, Entry, directory, file, hard_link, layer, symlink
from tests.support.memory import inspect


def finding(report: ImageReport, rule_id: str) -> Finding:
    (found,) = [found for found in report.findings if found.rule_id == rule_id]
    return found


def test_a_finding_names_bytes_layer_instruction_and_fix() -> None:
    run = layer(
        file("var/lib/apt/lists/a_InRelease", content("a", 300)), created_by="RUN /bin/sh -c apt-get update # buildkit"
    )
    found = finding(inspect(layer(directory("etc")), run).report, "apt-lists-left")
    assert (found.bytes, found.layer, found.instruction) == (300, 1, "RUN apt-get update")
    assert found.paths == ("var/lib/apt/lists",)
    assert found.message == "package lists and caches of apt in /var/lib/apt/lists: 300 B"
    assert found.fix is not None
    assert found.fix.endswith("&& rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin")


def test_each_layer_that_left_something_has_a_finding_of_its_own() -> None:
    report = inspect(
        layer(file("var/cache/apk/a", content("a", 100))), layer(file("var/cache/apk/b", content("b", 200)))
    ).report
    assert [(found.layer, found.bytes) for found in report.findings] == [(1, 200), (0, 100)]
    assert report.leftovers.groups[0].layers == (0, 1)


@pytest.mark.parametrize(
    ("size", "severity"),
    [
        (999_999, Severity.INFO),
        (1_000_000, Severity.LOW),
        (19_999_999, Severity.LOW),
        (20_000_000, Severity.MEDIUM),
    ],
)
def test_the_bytes_decide_how_much_a_leftover_matters(size: int, severity: Severity) -> None:
    report = inspect(layer(file("root/.cache/pip/a", content("a", size)))).report
    assert finding(report, "pip-cache-left").severity is severity


def test_a_compiler_matters_whatever_its_size() -> None:
    assert finding(inspect(layer(*dpkg("gcc"))).report, "compiler-left").severity is Severity.MEDIUM


def test_a_cache_that_two_paths_lead_to_is_counted_once() -> None:
    report = inspect(
        layer(file("var/cache/apk/a", content("a", 100)), symlink("etc/apk/cache", "/var/cache/apk"))
    ).report
    assert finding(report, "apk-cache-left").bytes == 100


def test_a_file_with_two_names_is_counted_once() -> None:
    report = inspect(
        layer(file("var/cache/apk/a", content("a", 100)), hard_link("var/cache/apk/b", "var/cache/apk/a"))
    ).report
    assert report.leftovers.bytes == 100


def test_what_a_cache_shares_with_what_was_installed_from_it_is_not_freed_without_it() -> None:
    report = inspect(
        layer(
            file("root/.cache/uv/archive/module.py", content("a", 100)),
            file("root/.cache/uv/wheels/module.whl", content("b", 30)),
            hard_link("usr/lib/python3/site-packages/module.py", "root/.cache/uv/archive/module.py"),
        )
    ).report
    assert finding(report, "python-tool-cache-left").bytes == report.leftovers.bytes == 30


def test_a_cache_that_only_shares_files_with_another_that_goes_is_freed() -> None:
    report = inspect(
        layer(
            file("root/.cache/uv/archive/module.py", content("a", 100)),
            hard_link("home/app/.cache/uv/archive/module.py", "root/.cache/uv/archive/module.py"),
        )
    ).report
    assert finding(report, "python-tool-cache-left").bytes == 100


def test_packages_are_named_largest_first() -> None:
    lists = [file(f"var/lib/dpkg/info/{name}.list", f"/usr/{name}\n") for name in ("gcc", "g++")]
    files = [file("usr/gcc", content("a", 10)), file("usr/g++", content("b", 20))]
    found = finding(inspect(layer(dpkg("gcc", "g++", "bash")[0], *lists, *files)).report, "compiler-left")
    assert found.packages == ("g++", "gcc")
    assert found.message == "compilers and linkers in 2 packages (g++, gcc): 30 B"


def test_advice_to_leave_documentation_out_keeps_the_copyright_files() -> None:
    tools = (file(path, "x", mode=0o755) for path in ("bin/sh", "usr/bin/apt-get"))
    report = inspect(layer(*dpkg("bash"), *tools, file("usr/share/doc/bash/README", content("a")))).report
    assert "path-include=/usr/share/doc/*/copyright" in (finding(report, "documentation-left").fix or "")


@pytest.mark.parametrize(
    ("manager", "fix"),
    [
        ("dnf", "install with: dnf install --setopt=tsflags=nodocs --setopt=install_weak_deps=False"),
        ("microdnf", "install with: microdnf install --nodocs --setopt=install_weak_deps=0"),
        ("tdnf", "install with: tdnf install --setopt=tsflags=nodocs"),
        ("apk", "do not install -doc packages"),
        ("none", "remove them in the RUN that installs them, and leave them out of what is copied from a first stage"),
    ],
)
def test_advice_on_documentation_is_for_the_package_manager_of_the_image(manager: str, fix: str) -> None:
    tools = (file(path, "x", mode=0o755) for path in ("bin/sh", f"usr/bin/{manager}"))
    report = inspect(layer(*tools, file("usr/share/doc/bash/README", content("a")))).report
    assert finding(report, "documentation-left").fix == fix


@pytest.mark.parametrize(
    ("cache", "command", "others"),
    [
        ("root/.cache/pypoetry/virtualenvs/app/lib/a.py", ["app"], ()),
        ("root/.yarn/berry/cache/a.zip", ["node"], (file("app/.pnp.cjs", "x"),)),
        ("root/.yarn/berry/cache/a.zip", ["node"], (file("app/.pnp.js", "x"),)),
        ("root/.npm/_npx/1/node_modules/a.js", ["npx", "a"], ()),
        ("root/.cache/uv/archive-v0/1/a.py", ["/bin/sh", "-o", "errexit", "-c", "exec uvx a"], ()),
        ("root/.cache/uv/archive-v0/1/a.py", ["a"], (symlink("app/a.py", "../root/.cache/uv/archive-v0/1/a.py"),)),
        ("root/.cache/pdm/packages/a/b.py", ["a"], (symlink("app/a", "/root/.cache/pdm/packages/a"),)),
        ("root/.m2/repository/a.jar", ["./mvnw", "spring-boot:run"], ()),
        ("root/.cache/go-build/00/a", ["go", "run", "."], ()),
        ("usr/local/cargo/registry/a.crate", ["cargo", "run"], ()),
    ],
)
def test_what_a_container_runs_is_no_cache(cache: str, command: list[str], others: tuple[Entry, ...]) -> None:
    report = inspect(layer(file(cache, content("a")), *others), config={"Cmd": command}).report
    assert report.leftovers.bytes == 0


@pytest.mark.parametrize(
    "cache",
    [
        "root/.cache/pypoetry/cache/repositories/a",
        "root/.cache/pypoetry/artifacts/a.whl",
        "root/.yarn/berry/cache/a.zip",
        "root/.npm/_npx/1/a.js",
        "root/.cache/pnpm/dlx/a",
    ],
)
def test_what_no_container_runs_is_one(cache: str) -> None:
    link = symlink("root/.cache/link", "/root")
    report = inspect(layer(file(cache, content("a")), link), config={"Cmd": ["node"]}).report
    assert report.leftovers.bytes > 0


def test_a_link_to_a_cache_as_a_whole_does_not_use_it() -> None:
    report = inspect(layer(file("var/pip/.cache/uv/a", content("a")), symlink("root/uv", "/var/pip/.cache/uv"))).report
    assert report.leftovers.bytes > 0


def test_a_git_history_matters_whatever_its_size() -> None:
    report = inspect(layer(file("app/.git/HEAD", "ref: x"), file("app/.git/objects/pack/p", "x"))).report
    assert finding(report, "git-directory-left").severity is Severity.MEDIUM


def test_a_group_sums_up_its_rules_and_has_the_advice_of_each() -> None:
    report = inspect(
        layer(file("root/.cache/pip/a", content("a", 300)), file("var/cache/apt/archives/a.deb", content("b", 500)))
    ).report
    (group,) = report.leftovers.groups
    assert (group.kind, group.bytes, report.leftovers.bytes) == ("package-cache", 800, 800)
    assert (
        group.fix
        == "end the RUN that installs with: && apt-get clean; install with: pip install --no-cache-dir PACKAGES"
    )


def test_what_two_rules_claim_is_counted_once_in_the_sum() -> None:
    report = inspect(
        layer(*dpkg("libfoo-dev", paths=["root/.cache/pip/a"]), file("root/.cache/pip/a", content("a", 300)))
    ).report
    assert sorted(group.bytes for group in report.leftovers.groups) == [300, 300]
    assert report.leftovers.bytes == 300


COMPILERS = """
    gcc g++ cpp gcc-12 g++-12 cpp-12 gcc-13-x86-64-linux-gnu g++-13-aarch64-linux-gnu gcc-c++ gfortran-12 nasm
    clang clang-14 llvm-14 llvm-14-runtime llvm-14-tools lld tcc rust rustc cargo go golang golang-go golang-1.19-go
    golang-src build-essential build-base binutils binutils-common binutils-x86-64-linux-gnu libbinutils libcc1-0
    libgcc-12-dev libstdc++-12-dev libctf0 libctf-nobfd0 libgprofng0 alpine-sdk base-devel gcc13 gcc13-c++
    patterns-devel-base-devel_basis
"""
DEVELOPMENT = """
    libc6-dev libc-dev-bin linux-libc-dev libpq-dev python3-dev musl-dev zlib-devel linux-headers libstdc++-dev
"""
NEITHER = """
    gcc-12-base libgcc-s1 libstdc++6 llvm-libs llvm15-libs libllvm14 libc6 udev libudev1 gopls golangci-lint rust-doc
    cargo-audit cppcheck clangd python3 perl libdevel-size-perl go-md2man gettext-base libgit2-1.5 makedumpfile
    cmake-language-server-data flexible patchwork github-cli python3-pip npm composer ruby-bundler py3-setuptools
"""
BUILD_TOOLS = """
    make gmake cmake cmake-data ninja-build samurai meson autoconf autoconf2.13 automake automake-1.15 automake1.16
    autotools-dev libtool libtool-bin pkg-config pkgconf pkgconf-pkg-config pkgconf-m4 m4 bison flex patch
    dpkg-dev fakeroot libfakeroot debhelper dh-python gettext intltool quilt rpm-build redhat-rpm-config abuild
    swig4.0 ccache git git-core git-man perl-Git subversion mercurial mercurial-common
"""


def _package_rules(name: str) -> set[str]:
    built: BuiltLayer = layer(*dpkg(name))
    return {found.rule_id for found in inspect(built).report.findings}


@pytest.mark.parametrize("name", COMPILERS.split())
def test_compilers_are_told_by_the_names_distributions_give_them(name: str) -> None:
    assert _package_rules(name) == {"compiler-left"}


@pytest.mark.parametrize("name", DEVELOPMENT.split())
def test_development_packages_are_told_by_the_names_distributions_give_them(name: str) -> None:
    assert _package_rules(name) == {"development-packages-left"}


@pytest.mark.parametrize("name", NEITHER.split())
def test_libraries_and_tools_are_neither(name: str) -> None:
    assert _package_rules(name) == set()


@pytest.mark.parametrize("name", BUILD_TOOLS.split())
def test_build_tools_are_told_by_the_names_distributions_give_them(name: str) -> None:
    assert _package_rules(name) == {"build-tools-left"}
