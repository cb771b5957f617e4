"""Django's PostgreSQL backend, pointed at the embedded server; it starts the server when somebody first connects."""
