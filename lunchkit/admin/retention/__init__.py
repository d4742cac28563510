"""How long what people told us is kept, and what reminds them."""
