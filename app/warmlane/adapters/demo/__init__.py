"""The built-in demo provider: every vendor's API without a key, a network or a model. One file for each API."""

from warmlane.adapters.demo.forwarder import DemoForwarder

__all__ = ["DemoForwarder"]
