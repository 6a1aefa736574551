"""A service that fulfils the utility's contracts with a made-up town, so that all runs without a utility."""
