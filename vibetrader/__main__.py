"""`python -m vibetrader`."""

from vibetrader.cli.app import main

if __name__ == "__main__":
    main()
