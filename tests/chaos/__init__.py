"""`make chaos`: promises fall due while everything dies at random, and none is broken. docs/callbacks-once.md."""
