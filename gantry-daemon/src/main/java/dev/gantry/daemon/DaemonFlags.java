package dev.gantry.daemon;

import dev.gantry.base.InvalidArgument;
import dev.gantry.daemon.config.Settings;
import dev.gantry.engine.network.overlay.OverlayOptions;
import dev.gantry.http.Tls;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the daemon itself was told; what it tells the engine and the API is read from `settings` elsewhere. The names
/// are dockerd's.
///
/// @param hosts where it listens
/// @param group the group that may use the Unix sockets; without it `docker` if there is one, else none
/// @param tls of all TCP sockets; empty: they are plain
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
        Optional<Tls.Files> tls,
        String cgroupParent,
        Rootless.Net rootlessNet,
        LogLevel level,
        List<String> authorization,
        List<Path> cdi,
        OverlayOptions overlay,
        Question question,
        Settings settings) {

    /// Something to say instead of serving.
    enum Question {
        NONE,
        HELP,
        VERSION,
        /// Whether all of it can be obeyed.
        VALID
    }

    /// The launcher says `daemon` itself, or does not.
    static List<String> strip(List<String> args) {
        return !args.isEmpty() && args.getFirst().equals("daemon") ? args.subList(1, args.size()) : args;
    }

    /// `root` is the value of `GANTRY_ROOT`, empty for the host's own engine.
    static DaemonFlags parse(List<String> args, String root) {
        return parse(args, root.isEmpty() ? UsualPlaces.HOST : UsualPlaces.in(Path.of(root)));
    }

    /// `usual` is where things are when nothing says otherwise. Commands look for them there.
    static DaemonFlags parse(List<String> args, UsualPlaces usual) {
        Settings s = Settings.read(args, usual.config());
        Optional<Tls.Files> tls = tls(s);
        List<Host> hosts =
                s.list("host").stream().map(h -> Host.parse(h, tls.isPresent())).toList();
        refuseOpenPorts(hosts, tls, s);
        return new DaemonFlags(
                s.path("data-root").orElse(usual.data()),
                s.path("exec-root").orElse(usual.run()),
                s.path("pidfile"),
                hosts.isEmpty() ? List.of(new Host.Unix(usual.socket())) : hosts,
                s.text("group"),
                tls,
                s.text("cgroup-parent").map(DaemonFlags::cgroup).orElse("gantry"),
                s.text("rootless-net").map(DaemonFlags::rootlessNet).orElse(Rootless.Net.AUTO),
                LogLevel.of(s),
                s.list("authorization-plugin"),
                s.list("cdi-spec-dir").stream()
                        .map(d -> Path.of(d).toAbsolutePath())
                        .toList(),
                OverlayFlags.options(s),
                question(s),
                s);
    }

    private static Question question(Settings s) {
        if (s.flag("help", false)) {
            return Question.HELP;
        }
        if (s.flag("version", false)) {
            return Question.VERSION;
        }
        return s.flag("validate", false) ? Question.VALID : Question.NONE;
    }

    /// As dockerd has it: `--tlsverify` said either way turns TLS on, and whoever comes must show a certificate unless
    /// it is said to be false.
    private static Optional<Tls.Files> tls(Settings s) {
        if (!s.has("tlsverify") && !s.flag("tls", false)) {
            return Optional.empty();
        }
        Path usual = Path.of(System.getProperty("user.home", "/"), ".docker");
        return Optional.of(new Tls.Files(
                s.path("tlscacert").orElse(usual.resolve("ca.pem")),
                s.path("tlscert").orElse(usual.resolve("cert.pem")),
                s.path("tlskey").orElse(usual.resolve("key.pem")),
                s.flag("tlsverify", true)));
    }

    private static void refuseOpenPorts(List<Host> hosts, Optional<Tls.Files> tls, Settings s) {
        if (tls.isPresent() || s.has("tls")) {
            return;
        }
        for (Host host : hosts) {
            if (host instanceof Host.Tcp) {
                throw new InvalidArgument(
                        "listen at " + host,
                        "whoever reaches this port owns the host, scripts in a browser too, and there is no TLS",
                        "give --tlsverify with --tlscacert, --tlscert and --tlskey, or say --tls=false if you mean it");
            }
        }
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

    /// The native program: beside the launcher, or where a property says.
    Path shim() {
        String path = System.getProperty("gantry.shim", "");
        if (path.isEmpty()) {
            throw new InvalidArgument(
                    "start the daemon", "it was not told where gantry-shim is", "start it with ./gantry daemon");
        }
        return Path.of(path);
    }

    /// The command that starts this daemon again; empty when it was not started by the launcher, or by one that listens
    /// for it and starts it itself.
    List<String> again() {
        String home = System.getProperty("gantry.home", "");
        if (home.isEmpty() || hosts.stream().anyMatch(h -> h instanceof Host.Inherited)) {
            return List.of();
        }
        List<String> argv = new ArrayList<>(List.of(home + "/bin/gantry", "daemon"));
        argv.addAll(words());
        return argv;
    }

    /// The same as flags, with the usual places, but for what the file says: that is read again.
    List<String> words() {
        List<String> words = new ArrayList<>();
        said(words, "data-root", List.of(dataRoot.toString()));
        said(words, "exec-root", List.of(execRoot.toString()));
        said(words, "cgroup-parent", List.of(cgroupParent));
        said(words, "rootless-net", List.of(rootlessNet.word()));
        said(words, "host", hosts.stream().map(Host::toString).toList());
        // In one word: an empty one at the end is lost on the way through a shell.
        words.add("--config-file=" + settings.fileWord());
        words.addAll(settings.wordsBut(
                List.of("data-root", "exec-root", "cgroup-parent", "rootless-net", "host", "config-file")));
        return words;
    }

    private void said(List<String> words, String flag, List<String> values) {
        if (!settings.isInFile(flag)) {
            values.forEach(v -> words.addAll(List.of("--" + flag, v)));
        }
    }

    List<Path> sockets() {
        return hosts.stream()
                .filter(h -> h instanceof Host.Unix)
                .map(h -> ((Host.Unix) h).socket())
                .toList();
    }
}
