"""What people and other programs call: `w` and `whispera`."""
