"""REST under /api/v1/. What is promised here is in docs/api.md and in the served OpenAPI document."""
