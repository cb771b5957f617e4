"""Django's PostgreSQL backend, which compiles no statement over a tenant's rows while no door to them is open."""
