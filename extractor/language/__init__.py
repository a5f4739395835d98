"""How letters are written: text on one line, sentences, who speaks in them, dates and numbers."""
