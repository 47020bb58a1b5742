"""What reaching a registry would do, step by step, for `imgscope doctor`. Asks the same way as an inspection does."""
