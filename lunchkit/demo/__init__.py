"""The demo: its lunches (`actions`), and the folder, port and settings it is served with (`instance`)."""
