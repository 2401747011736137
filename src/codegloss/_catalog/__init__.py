"""Which facts exist: the catalog, read and indexed."""
