"""The demo: its lunches (`actions`), and the folder, port and settings it is served with (`instance`)."""

from lunchkit.demo.actions import Demo, create_demo, find_demo

__all__ = ["Demo", "create_demo", "find_demo"]
