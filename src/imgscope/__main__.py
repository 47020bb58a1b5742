"""`python -m imgscope` is `imgscope`."""

from imgscope.cli.main import main

if __name__ == "__main__":
    main()
