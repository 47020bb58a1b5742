#!/usr/bin/env bash
# The second step of action.yml: audit $INPUT_IMAGES and hand on what came of it. Its exit code is that of the audit.
set -euo pipefail

# Print the lines of a text, without those that are blank and without spaces around them.
lines() {
    local line
    while IFS=$' \t\r' read -r line || [ -n "$line" ]; do
        [ -z "$line" ] || printf '%s\n' "$line"
    done <<<"$1"
}

# End with the exit code $1, and hand on what that means, and the file $2 with the Markdown report, if there is one.
finish() {
    local verdict=incomplete
    case "$1" in
    0) verdict=pass ;;
    1) verdict=fail ;;
    2) verdict=misused ;;
    esac
    printf '%s\n' "verdict=$verdict" "exit-code=$1" "markdown=$2" >>"$GITHUB_OUTPUT"
    exit "$1"
}

is_on() {
    case "$2" in
    true | false) [ "$2" = true ] ;;
    *)
        echo "::error title=imgscope::the input $1 is neither true nor false"
        finish 2 ""
        ;;
    esac
}

reports="$(mktemp -d "$RUNNER_TEMP/imgscope-reports.XXXXXX")"
arguments=(audit --image-list - -o "text=$reports/report.txt" -o "markdown=$reports/report.md")
if is_on annotations "$INPUT_ANNOTATIONS"; then arguments+=(-o github); fi
if is_on summary "$INPUT_SUMMARY"; then summary="$GITHUB_STEP_SUMMARY"; else summary=/dev/null; fi
if [ -n "$INPUT_CONFIG" ]; then arguments+=(--config "$INPUT_CONFIG"); fi
if [ -n "$INPUT_DOCKERFILE" ]; then arguments+=(--dockerfile "$INPUT_DOCKERFILE"); fi
if [ -n "$INPUT_SARIF" ]; then arguments+=(-o "sarif=$INPUT_SARIF"); fi
while read -r output; do
    arguments+=(-o "$output")
done < <(lines "$INPUT_OUTPUTS")
while read -r argument; do
    arguments+=("$argument")
done < <(lines "$INPUT_ARGS")

code=0
"$RUNNER_TEMP/imgscope/bin/imgscope" "${arguments[@]}" <<<"$INPUT_IMAGES" || code=$?

markdown=""
if [ -s "$reports/report.txt" ]; then
    echo "::group::imgscope"
    cat "$reports/report.txt"
    echo "::endgroup::"
    cat "$reports/report.md" >>"$summary"
    markdown="$reports/report.md"
fi
finish "$code" "$markdown"
