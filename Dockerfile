# One image for web, worker and scheduler; docker-compose.yml says which process a container runs.
FROM python:3.13-slim-bookworm AS build
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PYTHON=/usr/local/bin/python
RUN pip install --no-cache-dir 'uv>=0.9'
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev
COPY . .
# The key signs nothing here: collecting static files only needs the settings to load.
RUN PRODUCTION=true SECRET_KEY=only-while-the-image-is-built-0123456789abcdefghijklmnop \
    .venv/bin/python manage.py collectstatic --no-input

FROM python:3.13-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin principal \
    && install -d -o principal -g principal -m 0700 /data
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PRODUCTION=true \
    DATA_DIR=/data \
    BIND_ADDRESS=0.0.0.0 \
    PORT=8000
USER 10001:10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s --retries=3 CMD ["python", "-m", "portfolio.runtime.probe", "web"]
CMD ["python", "manage.py", "serve", "--only", "web"]
