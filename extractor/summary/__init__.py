"""One letter told in plain words to the person it is about: fixed sentences, filled in from the letter and checked."""
