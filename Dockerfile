# A container with attnbench: docker build --tag attnbench . && docker run --rm attnbench run smoke
#
# The .deb is built in the first stage, with every variant, so that the image serves other CPUs than the one that built it.
# scripts/check-packages runs the steps of the last stage in a fresh root of Debian; each RUN is therefore one line.
FROM swift:6.3-bookworm AS build
WORKDIR /attnbench
COPY . .
RUN scripts/package deb

FROM debian:bookworm-slim
COPY --from=build /attnbench/.build/packages/attnbench_*_amd64.deb /packages/
RUN apt-get update && apt-get install --yes --no-install-recommends /packages/attnbench_*_amd64.deb gnuplot-nox fonts-inter && rm -r /var/lib/apt/lists/* /packages
WORKDIR /data
ENTRYPOINT ["attnbench"]
