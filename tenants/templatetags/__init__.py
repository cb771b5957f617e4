"""Words that the pages of people and companies need."""
