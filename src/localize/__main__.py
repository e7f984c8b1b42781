"""`python -m localize` is the `localize` command."""

from localize.cli import main

if __name__ == "__main__":
    main()
