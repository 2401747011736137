"""`python -m codegloss`: the command line."""

from __future__ import annotations

from codegloss._cli.main import main

if __name__ == "__main__":
    main()
