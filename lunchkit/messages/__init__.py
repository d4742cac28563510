"""Messages: organisers write to the people of one lunch, about this lunch: news before it, thanks after it."""
