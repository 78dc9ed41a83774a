"""What `dagdeck doctor` looks at, a module for each subject."""
