"""The secret key of an instance, made once."""

import os
import secrets
from pathlib import Path


def lasting_secret(path: Path, *, make: bool) -> str:
    """The key in this file, which is made if it is missing and ``make``; else empty."""
    if path.exists() or not make:
        return path.read_text().strip() if path.exists() else ""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # whole or not at all, and of two that start at once one wins
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text().strip()
