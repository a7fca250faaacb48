"""Where Warmlane is put together and run."""
