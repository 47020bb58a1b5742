"""What the screens show, as plain data made by plain functions: no widget, no colour, nothing that draws.

Text is handed on as the image has it; `imgscope.tui.widgets.drawing` is where all of it is made safe.
"""
