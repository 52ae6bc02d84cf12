"""What is kept in step: spaces, who belongs to them, and the collections they hold."""
