"""The demo: its lunches (`actions`), and the folder, port and settings it is served with (`instance`)."""

from lunchkit.demo.actions import Demo, find_demo, plant_demo

__all__ = ["Demo", "find_demo", "plant_demo"]
