"""What the app touches: decorators, the middleware and the `record_` functions."""
