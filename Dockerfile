# Two images: `dagster`, the deployment's code, and `superset`, which needs an environment of its own.
FROM python:3.11-slim AS dagster
RUN useradd --create-home --uid 10001 dagdeck && mkdir /home/dagdeck/state && chown dagdeck /home/dagdeck/state
WORKDIR /app
COPY pyproject.toml constraints.txt README.md ./
COPY console console
COPY pipelines pipelines
COPY dbt dbt
RUN pip install --no-cache-dir --constraint constraints.txt --editable '.[deployment]'
USER dagdeck

FROM python:3.11-slim AS superset
RUN useradd --create-home --uid 10002 superset && mkdir /home/superset/state && chown superset /home/superset/state
WORKDIR /app
COPY pipelines/superset/constraints.txt ./
RUN pip install --no-cache-dir --constraint constraints.txt apache-superset psycopg2-binary rich cachetools
COPY pipelines/superset pipelines/superset
USER superset
CMD ["python", "pipelines/superset/container.py"]
