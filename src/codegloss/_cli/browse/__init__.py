"""The catalog as one page: its data, its parts, and a server for it on this machine."""
