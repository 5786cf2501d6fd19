"""Clock, files, JSON, processes, suggestions: no trading knowledge lives here."""
