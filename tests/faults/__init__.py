"""What happens to the machine, done to the running product on purpose."""
