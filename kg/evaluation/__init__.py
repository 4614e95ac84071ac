"""How good the answers are: the library's own questions asked where the right answers are known."""
