"""How a configured program uses it: engines, enrichers, scopes."""
