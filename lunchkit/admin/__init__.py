"""Pages that compose several features: home, one lunch, the organiser's overview."""
