"""What gets a record from the calling thread to the disk."""
