"""Two small Twilio applications in the style of public samples. They know nothing of the stand-in network."""
