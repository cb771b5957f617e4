"""QAD's rows as kinds and kinds as QAD's documents: pure functions over the names of the default profile."""
