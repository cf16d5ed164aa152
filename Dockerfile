# Builds plikd into a small image that runs as a user without rights.
#   docker build -t plik . && docker run -p 8080:8080 -v plik:/data plik
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN make build

FROM debian:stable-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 1000 --create-home --home-dir /home/plik plik \
 && install -d -o plik -g plik /data
COPY --from=build /src/bin/plikd /usr/local/bin/plikd
USER plik
WORKDIR /data
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["plikd"]
