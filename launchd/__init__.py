"""Have the system start the daemon: launchd on macOS, systemd elsewhere."""
