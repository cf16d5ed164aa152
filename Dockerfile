# Builds plikd into a small image that runs as a user without rights.
#   docker build -t plik . && docker run -p 8080:8080 -v plik:/data plik
FROM node:22 AS web
WORKDIR /src
COPY webapp/app webapp/app
RUN cd webapp/app && npm ci --ignore-scripts && npm run build

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=web /src/webapp/dist webapp/dist
RUN make build clients

FROM debian:stable-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 1000 --create-home --home-dir /home/plik plik \
 && install -d -o plik -g plik /data
COPY --from=build /src/bin/plikd /usr/local/bin/plikd
COPY --from=build /src/clients /usr/share/plik/clients
ENV PLIKD_CLIENTS_DIRECTORY=/usr/share/plik/clients
USER plik
WORKDIR /data
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["plikd"]
