"""Images side by side, and what to base one on: `run` compares, everything it says is in `data`."""
