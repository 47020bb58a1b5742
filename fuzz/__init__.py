"""Fuzzing: whatever bytes come in, a clean result or an `ImgscopeError` comes out, in bounded time and memory.

Each file in `targets/` is one target: `target(data)` feeds bytes to one reader and raises on anything it should not do;
`seeds()` gives good inputs by name, which `python -m fuzz.make_seeds` writes to `seeds/`. What was found is kept in
`found/`; both are replayed by `tests/fuzz/`. `make fuzz SECONDS=60 [TARGET=tar]` looks for more.
"""
