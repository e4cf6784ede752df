"""This room checks a card as a whole, an idea a file: what it could never reach, what it leaves
out, what people do wrong with scores."""
