"""One line brings the fixture `r`."""

pytest_plugins = ["pybridge.testing.plugin"]
