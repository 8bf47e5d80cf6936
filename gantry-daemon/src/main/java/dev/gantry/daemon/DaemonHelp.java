package dev.gantry.daemon;

/// What `gantry daemon --help` says.
final class DaemonHelp {
    private DaemonHelp() {}

    static String text() {
        return """
            Usage:  gantry daemon [OPTIONS]
                    gantry daemon stop [--containers] [--data-root PATH]

            Runs the engine in the foreground; commands start one by themselves when none listens.

            Options:
              -H, --host ADDRESS        where to listen: unix://PATH, tcp://ADDRESS:PORT, or fd:// for sockets of systemd;
                                        repeatable (default unix:///run/gantry.sock)
                  --tls, --tlsverify    serve TCP by TLS; clients show a certificate unless --tlsverify=false
                  --tlscacert FILE, --tlscert FILE, --tlskey FILE
                                        who vouches for clients, and who this daemon is (default ~/.docker/ca.pem, cert.pem, key.pem)
                  --config-file FILE    more of these options (default /etc/gantry/daemon.json)
                  --validate            only say whether all of it can be obeyed
                  --data-root PATH      what must last (default /var/lib/gantry)
                  --exec-root PATH      what a restart of the host may forget (default /run/gantry)
                  --cgroup-parent NAME  parent of all control groups (default gantry)
              -G, --group NAME          group that may use the socket (default docker, if there is one)
              -p, --pidfile PATH        where to write the process id
                  --cdi-spec-dir PATH   where vendors describe devices (default /etc/cdi, /var/run/cdi); repeatable
                  --authorization-plugin NAME  who decides on every request; repeatable, all must allow
                  --access-rules FILE   what callers may do, by user, group or certificate (default: everything)
                  --audit-log FILE      where to write a line for each request that changes something
                  --rootless-net HOW    the network of an ordinary user's engine: pasta, slirp4netns, none, host
                                        (default auto: the first of these that is installed)
                  --metrics-addr ADDRESS:PORT  where Prometheus reads metrics, without TLS
              -D, --debug               log more
              -l, --log-level LEVEL     debug, info, warn, error or fatal
              -v, --version             print the version

            More options of dockerd, of containers (such as --log-driver, --dns), the network bridge (--bip) and registries
            (--registry-mirror), go as flags or in daemon.json; docs/daemon.md lists them, and says which are refused.

            Overlay networks, of several hosts:
            %s
            GANTRY_ROOT names one directory for all of these, where no flag says otherwise. Without it an ordinary user's engine has its
            things in $XDG_DATA_HOME/gantry and $XDG_RUNTIME_DIR/gantry, and listens at $XDG_RUNTIME_DIR/gantry.sock.
            """.formatted(OverlayFlags.HELP);
    }
}
