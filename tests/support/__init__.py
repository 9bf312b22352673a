"""What tests share: readers of source text, the rules of the house, small engines to test with."""
