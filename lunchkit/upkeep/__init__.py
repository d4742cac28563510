"""What time asks for: reminders before a lunch, and forgetting after it."""
