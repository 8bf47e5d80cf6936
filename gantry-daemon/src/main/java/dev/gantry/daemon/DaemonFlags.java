package dev.gantry.daemon;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.network.overlay.OverlayOptions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What `gantry daemon` was told. The names are dockerd's; those of its flags which do nothing here yet are refused,
/// so that nobody believes in a setting that is not made.
///
/// @param hosts where it listens
/// @param group the group that may use the Unix sockets; without it `docker` if there is one, else none
/// @param cgroupParent the parent of all control groups
/// @param rootlessNet how an engine of an ordinary user reaches the network
/// @param authorization the plugins that decide on requests, in order
/// @param cdi where vendors describe devices; empty: the usual directories
/// @param overlay with which hosts overlay networks are shared
record DaemonFlags(
        Path dataRoot,
        Path execRoot,
        Optional<Path> pidFile,
        List<Host> hosts,
        Optional<String> group,
        String cgroupParent,
        Rootless.Net rootlessNet,
        boolean debug,
        List<String> authorization,
        List<Path> cdi,
        OverlayOptions overlay,
        Question question) {

    /// Flags of dockerd that this version does not know how to obey.
    private static final Set<String> LATER = Set.of(
            "add-runtime",
            "allow-direct-routing",
            "bip",
            "bip6",
            "bridge",
            "b",
            "config-file",
            "containerd",
            "containerd-namespace",
            "containerd-plugins-namespace",
            "cpu-rt-period",
            "cpu-rt-runtime",
            "cri-containerd",
            "default-address-pool",
            "default-cgroupns-mode",
            "default-gateway",
            "default-gateway-v6",
            "default-ipc-mode",
            "default-network-opt",
            "default-runtime",
            "default-shm-size",
            "default-ulimit",
            "dns",
            "dns-opt",
            "dns-search",
            "exec-opt",
            "experimental",
            "feature",
            "fixed-cidr",
            "fixed-cidr-v6",
            "host-gateway-ip",
            "http-proxy",
            "https-proxy",
            "icc",
            "init",
            "init-path",
            "insecure-registry",
            "ip",
            "ip-forward",
            "ip-forward-no-drop",
            "ip-masq",
            "ip6tables",
            "iptables",
            "ipv6",
            "label",
            "live-restore",
            "log-driver",
            "log-format",
            "log-level",
            "l",
            "log-opt",
            "max-concurrent-downloads",
            "max-concurrent-uploads",
            "max-download-attempts",
            "metrics-addr",
            "mtu",
            "network-control-plane-mtu",
            "no-new-privileges",
            "no-proxy",
            "node-generic-resource",
            "raw-logs",
            "registry-mirror",
            "rootless",
            "seccomp-profile",
            "selinux-enabled",
            "shutdown-timeout",
            "storage-driver",
            "s",
            "storage-opt",
            "swarm-default-advertise-addr",
            "tls",
            "tlscacert",
            "tlscert",
            "tlskey",
            "tlsverify",
            "userland-proxy",
            "userland-proxy-path",
            "userns-remap",
            "validate");

    /// Something to say instead of serving.
    enum Question {
        NONE,
        HELP,
        VERSION
    }

    /// A place to listen.
    sealed interface Host {
        record Unix(Path socket) implements Host {
            @Override
            public String toString() {
                return "unix://" + socket;
            }
        }

        record Tcp(InetSocketAddress address) implements Host {
            @Override
            public String toString() {
                return "tcp://" + address.getHostString() + ":" + address.getPort();
            }
        }

        /// Reads `unix:///run/gantry.sock` or `tcp://127.0.0.1:2375`.
        static Host parse(String text) {
            if (text.startsWith("unix://")) {
                String path = text.substring("unix://".length());
                return new Unix(
                        path.isEmpty()
                                ? UsualPlaces.HOST.socket()
                                : Path.of(path).toAbsolutePath());
            }
            if (text.startsWith("tcp://")) {
                return tcp(text);
            }
            throw new InvalidArgument("listen at " + text, "it is neither unix:// nor tcp://", "use one of these");
        }

        private static Host tcp(String text) {
            try {
                URI uri = new URI(text);
                if (uri.getHost() == null || uri.getPort() < 0) {
                    throw new InvalidArgument(
                            "listen at " + text, "there is no host and port in it", "write tcp://127.0.0.1:2375");
                }
                String name = uri.getHost().replace("[", "").replace("]", "");
                InetAddress address = InetAddress.getByName(name);
                if (!address.isLoopbackAddress()) {
                    throw new Unsupported(
                            "listen at " + text,
                            "whoever reaches this port owns the host, and there is no TLS yet",
                            "use a loopback address, or forward the Unix socket with ssh");
                }
                return new Tcp(new InetSocketAddress(address, uri.getPort()));
            } catch (URISyntaxException | UnknownHostException e) {
                throw new InvalidArgument("listen at " + text, "the address is not known", "write an address", e);
            }
        }
    }

    /// The launcher says `daemon` itself, or does not.
    static List<String> strip(List<String> args) {
        return !args.isEmpty() && args.getFirst().equals("daemon") ? args.subList(1, args.size()) : args;
    }

    /// `root` is the value of `GANTRY_ROOT`, empty for the host's own engine.
    static DaemonFlags parse(List<String> args, String root) {
        return parse(args, root.isEmpty() ? UsualPlaces.HOST : UsualPlaces.in(Path.of(root)));
    }

    /// `usual` is where things are when no flag says otherwise. Commands look for them there.
    static DaemonFlags parse(List<String> args, UsualPlaces usual) {
        Path dataRoot = usual.data();
        Path execRoot = usual.run();
        Optional<Path> pidFile = Optional.empty();
        Optional<String> group = Optional.empty();
        List<Host> hosts = new ArrayList<>();
        String cgroupParent = "gantry";
        Rootless.Net rootlessNet = Rootless.Net.AUTO;
        boolean debug = false;
        Question question = Question.NONE;
        List<String> authorization = new ArrayList<>();
        List<Path> cdi = new ArrayList<>();
        OverlayFlags overlay = new OverlayFlags();
        Words words = new Words(args);
        while (words.hasNext()) {
            switch (words.nextFlag()) {
                case "data-root" -> dataRoot = Path.of(words.value()).toAbsolutePath();
                case "exec-root" -> execRoot = Path.of(words.value()).toAbsolutePath();
                case "pidfile", "p" ->
                    pidFile = Optional.of(Path.of(words.value()).toAbsolutePath());
                case "host", "H" -> hosts.add(Host.parse(words.value()));
                case "group", "G" -> group = Optional.of(words.value());
                case "cgroup-parent" -> cgroupParent = cgroup(words.value());
                case "cdi-spec-dir" -> cdi.add(Path.of(words.value()).toAbsolutePath());
                case "authorization-plugin" -> authorization.add(words.value());
                case "rootless-net" -> rootlessNet = rootlessNet(words.value());
                case "debug", "D" -> debug = words.flag();
                case "help", "h" -> question = Question.HELP;
                case "version", "v" -> question = Question.VERSION;
                case String name -> {
                    if (!overlay.take(name, words::value)) {
                        throw unknown(name);
                    }
                }
            }
        }
        if (hosts.isEmpty()) {
            hosts.add(new Host.Unix(usual.socket()));
        }
        return new DaemonFlags(
                dataRoot,
                execRoot,
                pidFile,
                List.copyOf(hosts),
                group,
                cgroupParent,
                rootlessNet,
                debug,
                List.copyOf(authorization),
                List.copyOf(cdi),
                overlay.options(),
                question);
    }

    private static Rootless.Net rootlessNet(String text) {
        Rootless.Net net = Rootless.Net.byWord().get(text);
        if (net == null) {
            throw new InvalidArgument(
                    "read --rootless-net " + text,
                    "there is no such way to the network",
                    "use one of " + String.join(", ", Rootless.Net.byWord().keySet()));
        }
        return net;
    }

    private static String cgroup(String text) {
        String plain = text.startsWith("/") ? text.substring(1) : text;
        if (plain.isEmpty() || List.of(plain.split("/", -1)).stream().anyMatch(p -> p.matches("\\.{0,2}"))) {
            throw new InvalidArgument(
                    "read --cgroup-parent " + text, "it is not a path below the control groups", "write a name");
        }
        return plain;
    }

    private static RuntimeException unknown(String name) {
        String flag = (name.length() == 1 ? "-" : "--") + name;
        return LATER.contains(name)
                ? new Unsupported(
                        "start the daemon with " + flag,
                        "dockerd has this flag, this version of gantryd cannot obey it yet",
                        "leave it out; docs/compatibility.md says what works")
                : new InvalidArgument("read the command line", "there is no flag " + flag, "see gantry daemon --help");
    }

    /// The native program: beside the launcher, or where a property says.
    Path shim() {
        String path = System.getProperty("gantry.shim", "");
        if (path.isEmpty()) {
            throw new InvalidArgument(
                    "start the daemon", "it was not told where gantry-shim is", "start it with ./gantry daemon");
        }
        return Path.of(path);
    }

    /// The command that starts this daemon again; empty when it was not started by the launcher.
    List<String> again() {
        String home = System.getProperty("gantry.home", "");
        if (home.isEmpty()) {
            return List.of();
        }
        List<String> argv = new ArrayList<>(List.of(home + "/bin/gantry", "daemon"));
        argv.addAll(words());
        return argv;
    }

    /// The same as flags, none of them left out.
    List<String> words() {
        List<String> words = new ArrayList<>(List.of(
                "--data-root",
                dataRoot.toString(),
                "--exec-root",
                execRoot.toString(),
                "--cgroup-parent",
                cgroupParent,
                "--rootless-net",
                rootlessNet.word()));
        hosts.forEach(h -> words.addAll(List.of("--host", h.toString())));
        group.ifPresent(g -> words.addAll(List.of("--group", g)));
        pidFile.ifPresent(p -> words.addAll(List.of("--pidfile", p.toString())));
        cdi.forEach(d -> words.addAll(List.of("--cdi-spec-dir", d.toString())));
        authorization.forEach(a -> words.addAll(List.of("--authorization-plugin", a)));
        if (debug) {
            words.add("--debug");
        }
        words.addAll(OverlayFlags.words(overlay));
        return words;
    }

    List<Path> sockets() {
        return hosts.stream()
                .filter(h -> h instanceof Host.Unix)
                .map(h -> ((Host.Unix) h).socket())
                .toList();
    }

    static String help() {
        return """
            Usage:  gantry daemon [OPTIONS]
                    gantry daemon stop [--containers] [--data-root PATH]

            Runs the engine in the foreground; commands start one by themselves when none listens.

            Options:
              -H, --host unix://PATH|tcp://127.0.0.1:PORT   where to listen (default unix:///run/gantry.sock); repeatable
                  --data-root PATH      what must last (default /var/lib/gantry)
                  --exec-root PATH      what a restart of the host may forget (default /run/gantry)
                  --cgroup-parent NAME  parent of all control groups (default gantry)
              -G, --group NAME          group that may use the socket (default docker, if there is one)
              -p, --pidfile PATH        where to write the process id
                  --cdi-spec-dir PATH   where vendors describe devices (default /etc/cdi, /var/run/cdi); repeatable
                  --authorization-plugin NAME  who decides on every request; repeatable, all must allow
                  --rootless-net HOW    the network of an ordinary user's engine: pasta, slirp4netns, none, host
                                        (default auto: the first of these that is installed)
              -D, --debug               log more
              -v, --version             print the version

            Overlay networks, of several hosts:
            %s
            GANTRY_ROOT names one directory for all of these, where no flag says otherwise. Without it an ordinary user's engine has its
            things in $XDG_DATA_HOME/gantry and $XDG_RUNTIME_DIR/gantry, and listens at $XDG_RUNTIME_DIR/gantry.sock.
            """.formatted(OverlayFlags.HELP);
    }

    /// The words of a command line: `--name value`, `--name=value`, `-n value`, `-nvalue`.
    private static final class Words {
        private final List<String> args;
        private int at;
        private String name = "";
        private Optional<String> attached = Optional.empty();

        Words(List<String> args) {
            this.args = args;
        }

        boolean hasNext() {
            return at < args.size();
        }

        String nextFlag() {
            String word = args.get(at++);
            if (word.startsWith("--") && word.length() > 2) {
                int equals = word.indexOf('=');
                name = equals < 0 ? word.substring(2) : word.substring(2, equals);
                attached = equals < 0 ? Optional.empty() : Optional.of(word.substring(equals + 1));
            } else if (word.startsWith("-") && word.length() > 1) {
                name = word.substring(1, 2);
                attached = word.length() == 2 ? Optional.empty() : Optional.of(word.substring(2));
            } else {
                throw new InvalidArgument(
                        "read the command line", "`" + word + "` is not a flag", "see gantry daemon --help");
            }
            return name;
        }

        String value() {
            if (attached.isPresent()) {
                return attached.get();
            }
            if (at == args.size()) {
                throw new InvalidArgument(
                        "read the command line", "the flag " + name + " needs a value", "see gantry daemon --help");
            }
            return args.get(at++);
        }

        boolean flag() {
            return attached.map(v -> !v.equals("false")).orElse(true);
        }
    }
}
