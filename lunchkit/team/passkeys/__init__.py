"""The second factor: passkeys, and the recovery codes that stand in for them."""
