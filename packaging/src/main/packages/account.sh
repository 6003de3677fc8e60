#!/bin/sh
# The account that the daemons run as, and the directories that they share. Run as root after kumo-common was installed.
set -e

if command -v systemd-sysusers >/dev/null; then
    systemd-sysusers kumo.conf
elif ! getent passwd kumo >/dev/null; then
    useradd --system --user-group --home-dir /var/lib/kumo --no-create-home --shell /usr/sbin/nologin kumo
fi
if command -v systemd-tmpfiles >/dev/null; then
    systemd-tmpfiles --create kumo.conf
else
    install -d -m 755 /var/lib/kumo
    for directory in /var/lib/kumo/manager /var/lib/kumo/server /var/lib/kumo/backup /var/log/kumo; do
        install -d -m 750 -o kumo -g kumo "$directory"
    done
fi
