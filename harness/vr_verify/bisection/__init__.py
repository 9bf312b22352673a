"""What changes a build's answer: another build, another revision, or what is around it."""
