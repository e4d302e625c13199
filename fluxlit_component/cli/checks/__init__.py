"""What `fluxlit-session doctor` looks at, one subject a module: checks return findings and print nothing."""
