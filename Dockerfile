# The mirror as a container that keeps its schedule: see docs/nightly.md.
FROM node:22-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json tsconfig.json ./
COPY bin bin
COPY migrations migrations
COPY src src
# Also builds dist/, by the script "prepare".
RUN npm ci && npm prune --omit=dev

FROM node:22-bookworm-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates tini \
  && rm -rf /var/lib/apt/lists/* \
  && install --directory --owner=node --group=node /data
WORKDIR /data
COPY --from=build /app /app
ENV NODE_ENV=production CLEARINGHOUSE_DATABASE=/data/clearinghouse.db
USER node
VOLUME /data
# A first sync may take hours; until then the mirror is older than it may be.
HEALTHCHECK --interval=15m --timeout=1m --start-period=6h \
  CMD ["node", "/app/bin/clearinghouse-mirror.js", "status", "--check", "--max-age", "36h"]
# tini hands signals on and takes care of processes that are left over.
ENTRYPOINT ["/usr/bin/tini", "--", "node", "/app/bin/clearinghouse-mirror.js"]
CMD ["nightly"]
