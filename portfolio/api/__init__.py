"""REST under /api/v1/. What is promised here is served: the OpenAPI document and the pages for people at /api/docs/."""
