"""What spans and log records of OpenTelemetry need."""
