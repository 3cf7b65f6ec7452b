"""What the app touches: decorators, blocks, handles and the `record_` functions."""
