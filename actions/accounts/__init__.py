"""What is told and done for a verified account, and how an account is proved."""
