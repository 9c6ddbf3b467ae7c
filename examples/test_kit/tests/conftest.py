"""One line defines the fixture `r`."""

pytest_plugins = ["pybridge.testing.plugin"]
