# The registry as an image. `docker build -t farmiq-mlflow-registry:latest .` makes the last target, `runtime`;
# `--target dev` makes the one that also has the tests. docs/deployment.md says how to run it.

FROM node:24.21.0-trixie-slim AS base
ARG VERSION=0.1.0
ARG REVISION=
ARG CREATED=
LABEL org.opencontainers.image.title="FarmIQ Model Registry" \
      org.opencontainers.image.description="A model registry that speaks MLflow's protocol and adds governance" \
      org.opencontainers.image.vendor="FarmIQ" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.base.name="docker.io/library/node:24.21.0-trixie-slim"
# It has a name, since PostgreSQL's initdb, which the tests start, asks for one.
RUN groupadd --gid 65532 registry \
 && useradd --uid 65532 --gid 65532 --create-home --shell /usr/sbin/nologin registry \
 && install --directory --owner=registry --group=registry --mode=0750 /mlflow /mlflow/artifacts
# Whoever reaches the port signs in: a container is reached by more than its own machine.
ENV HOST=0.0.0.0 \
    PORT=5136 \
    MLFLOW_ARTIFACT_ROOT=/mlflow/artifacts \
    REGISTRY_AUTH=local
EXPOSE 5136
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 5136}/health`, { signal: AbortSignal.timeout(4000) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]


FROM base AS production
WORKDIR /app
COPY package.json package-lock.json LICENSE ./
COPY server/package.json server/
# Node itself is the image's; of the optional packages we need none.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund
COPY server/bin server/bin
COPY server/src server/src
RUN find server/src -name '*.test.ts' -delete


FROM base AS dev
RUN install --directory --owner=registry --group=registry /app
WORKDIR /app
USER 65532:65532
ENV REGISTRY_AUDIT_KEY_FILE=/mlflow/data/audit.key
COPY --chown=65532:65532 package.json package-lock.json ./
COPY --chown=65532:65532 server/package.json server/
RUN npm ci --no-audit --no-fund && npm cache clean --force
COPY --chown=65532:65532 . .
VOLUME ["/mlflow"]
ENTRYPOINT []
CMD ["node", "--watch", "--max-semi-space-size=2", "server/bin/farmiq-registry.mjs", "serve"]


FROM base AS runtime
# Nothing here installs packages any more.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
      /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-* \
 && ln -s /app/server/bin/farmiq-registry.mjs /usr/local/bin/farmiq-registry
ENV NODE_ENV=production
COPY --from=production /app /app
USER 65532:65532
# By default the database and the key of the audit log are in `data` below the working folder: on the volume.
WORKDIR /mlflow
VOLUME ["/mlflow"]
# As `npm start`, without npm and without a shell: signals reach the server itself.
ENTRYPOINT ["node", "--max-semi-space-size=2", "/app/server/bin/farmiq-registry.mjs"]
CMD ["serve"]
