"""The second factor: passkeys, and the recovery codes that replace them."""
