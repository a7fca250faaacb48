"""The ports' implementations that reach out of the process: providers, models, logs, traces."""
