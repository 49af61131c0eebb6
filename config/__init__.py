"""Settings, addresses and the plugin mechanism: the ground floor."""
