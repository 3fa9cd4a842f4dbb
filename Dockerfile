# The mirror as a container that keeps its schedule: see docs/install.md.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY bin bin
COPY scripts/build.js scripts/
COPY migrations migrations
COPY src src
COPY fake-api fake-api
# Without the scripts of packages: the SQLite engine for this Node brings its own binary, so there is nothing to compile.
# npm keeps what drizzle-orm could use, even if only tests and types do.
RUN npm ci --ignore-scripts \
  && npm run build \
  && npm prune --omit=dev --ignore-scripts \
  && rm -r -f node_modules/sql.js node_modules/@types node_modules/undici-types node_modules/pg node_modules/pg-cloudflare node_modules/pg-connection-string node_modules/pg-int8 node_modules/pg-pool node_modules/pg-protocol node_modules/pg-types node_modules/pgpass node_modules/postgres-array node_modules/postgres-bytea node_modules/postgres-date node_modules/postgres-interval node_modules/split2 node_modules/xtend

FROM node:22-bookworm-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates tini \
  && rm -rf /var/lib/apt/lists/* \
  && install --directory --owner=node --group=node /data
WORKDIR /data
COPY --from=build /app /app
RUN ln -s /app/bin/clearinghouse-mirror.js /usr/local/bin/clearinghouse-mirror
# SQLite rewrites a mirror by way of its temporary files, for which /tmp in memory has no room.
ENV NODE_ENV=production CLEARINGHOUSE_DATABASE=/data/clearinghouse.db SQLITE_TMPDIR=/data
USER node
VOLUME /data
# A first sync may take hours; until then the mirror is older than it may be.
HEALTHCHECK --interval=15m --timeout=1m --start-period=6h \
  CMD ["node", "/app/bin/clearinghouse-mirror.js", "status", "--check", "--max-age", "36h"]
# tini hands signals on and takes care of processes that are left over.
ENTRYPOINT ["/usr/bin/tini", "--", "node", "/app/bin/clearinghouse-mirror.js"]
CMD ["nightly"]
