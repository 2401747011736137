"""What an event says, before anybody asks what it means."""
