"""What must not be kept as it is: secrets and personal data in texts, readers' ids."""
