#!/usr/bin/env bash
# The first step of action.yml: install this checkout of imgscope, and the pinned and hashed packages that it needs,
# into a virtual environment of its own.
set -euo pipefail

python="$(sh "$GITHUB_ACTION_PATH/.ci/find-python" || true)"
if [ -z "$python" ]; then
    echo "::error title=imgscope::it needs Python 3.11 or newer; add a step that uses actions/setup-python before it"
    exit 2
fi
environment="$RUNNER_TEMP/imgscope"
"$python" -m venv "$environment"

install() {
    "$environment/bin/python" -m pip install --disable-pip-version-check --quiet "$@"
}
install --require-hashes --no-deps -r "$GITHUB_ACTION_PATH/requirements/build.txt" \
    -r "$GITHUB_ACTION_PATH/requirements/cyclonedx.txt"
install --no-deps --no-index --no-build-isolation "$GITHUB_ACTION_PATH"
"$environment/bin/imgscope" --version
