"""The command line: one file a command, each exporting `COMMAND`; `image` is what runs when no command is named."""
