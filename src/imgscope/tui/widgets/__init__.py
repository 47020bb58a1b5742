"""What the screens are made of. Widgets draw; what they draw comes from `imgscope.tui.model`."""
