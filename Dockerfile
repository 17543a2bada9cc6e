# Kaixu for several machines: one image for the web processes, the outbox worker and one-off commands.
#   docker build -t kaixu .
# The build needs a package index; the running container needs none. docs/scale.md says what belongs around it.
ARG PYTHON=3.12

FROM python:${PYTHON}-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/kaixu
# Dependencies first: this layer is built again only when the lock changes. Wheels only: nothing is compiled here.
COPY requirements-scale.txt /tmp/
RUN /opt/kaixu/bin/pip install --require-hashes --only-binary :all: -r /tmp/requirements-scale.txt
WORKDIR /srv/kaixu
COPY manage.py pyproject.toml LICENSE ./
COPY cms cms
COPY listings listings
COPY locale locale
COPY marketplace marketplace
COPY templates templates
# Translations and static files are part of the image. Nothing secret is needed for them, and nothing of this stays.
RUN DJANGO_SETTINGS_MODULE=marketplace.settings.development KAIXU_DATA=/tmp/data \
    /opt/kaixu/bin/python -c "from marketplace import catalogs; catalogs.compile_all()" \
 && DJANGO_SETTINGS_MODULE=marketplace.settings.production KAIXU_DATA=/srv/kaixu/built SECRET_KEY=build-only \
    DATABASE_URL=postgres://none@none/none SITE_URL=https://build.example \
    /opt/kaixu/bin/python manage.py collectstatic --no-input --verbosity 0 --skip-checks \
 && /opt/kaixu/bin/python -m compileall -q /opt/kaixu/lib cms listings marketplace \
 && rm -rf /tmp/data

FROM python:${PYTHON}-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin kaixu \
 && install -d -o kaixu -g kaixu /data
COPY --from=build /opt/kaixu /opt/kaixu
COPY --from=build /srv/kaixu /srv/kaixu
ENV PATH=/opt/kaixu/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=marketplace.settings.production KAIXU_DATA=/data STATIC_ROOT=/srv/kaixu/built/static
WORKDIR /srv/kaixu
USER 10001
# /data keeps what one process keeps for itself; papers and evidence are in the bucket, the truth is in the database.
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/live/', timeout=4)"]
CMD ["gunicorn", "marketplace.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", \
     "--max-requests", "5000", "--max-requests-jitter", "500", "--graceful-timeout", "20", "--access-logfile", "-"]
