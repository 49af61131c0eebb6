"""What several trial kinds share: shapes of questions and answers no kind has alone."""
