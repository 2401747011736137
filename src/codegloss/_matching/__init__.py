"""What a code means here: evidence, resolution, rules, keys."""
