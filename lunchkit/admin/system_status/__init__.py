"""What is wrong with an instance, in words that say what to do."""
