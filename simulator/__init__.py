"""A stand-in phone network that speaks Twilio's protocols over HTTP and WebSocket. It knows nothing of barocall."""
