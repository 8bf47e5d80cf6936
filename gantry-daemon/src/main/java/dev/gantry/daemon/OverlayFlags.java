package dev.gantry.daemon;

import dev.gantry.base.InvalidArgument;
import dev.gantry.daemon.config.Settings;
import dev.gantry.engine.network.overlay.OverlayOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/// What the flags of overlay networks say together.
final class OverlayFlags {
    private static final String ADVERTISE = "overlay-advertise";
    private static final String PEER = "overlay-peer";
    private static final String CA = "overlay-tls-ca";
    private static final String CERT = "overlay-tls-cert";
    private static final String KEY = "overlay-tls-key";
    private static final String DATA_PORT = "overlay-data-port";
    private static final String GRACE = "overlay-grace";
    private static final Set<String> ALL = Set.of(ADVERTISE, PEER, CA, CERT, KEY, DATA_PORT, GRACE);

    static final String HELP = """
                  --overlay-advertise ADDRESS[:PORT]  share overlay networks, reached by others here (port 7946)
                  --overlay-peer ADDRESS[:PORT]       another host to share them with; repeatable
                  --overlay-tls-ca FILE, --overlay-tls-cert FILE, --overlay-tls-key FILE
                                        whom to trust, and who this host is; the certificate names its address
                  --overlay-data-port PORT  UDP port of the tunnels, on all hosts (default 4789)
                  --overlay-grace DURATION  how long a silent host's containers stay known (default 5m)
            """;

    private final Settings settings;

    private OverlayFlags(Settings settings) {
        this.settings = settings;
    }

    static OverlayOptions options(Settings settings) {
        return ALL.stream().anyMatch(settings::has) ? new OverlayFlags(settings).options() : OverlayOptions.NONE;
    }

    private OverlayOptions options() {
        return new OverlayOptions(
                OverlayOptions.Place.parse("--" + ADVERTISE, needed(ADVERTISE)),
                settings.list(PEER).stream()
                        .map(p -> OverlayOptions.Place.parse("--" + PEER, p))
                        .toList(),
                new OverlayOptions.Files(file(CA), file(CERT), file(KEY)),
                port(settings.text(DATA_PORT).orElse(Integer.toString(OverlayOptions.DATA_PORT))),
                duration(settings.text(GRACE).orElse(OverlayOptions.GRACE.toSeconds() + "s")));
    }

    private String needed(String flag) {
        return settings.text(flag)
                .orElseThrow(() -> new InvalidArgument(
                        "share overlay networks",
                        "--" + flag
                                + " is missing: hosts know each other by their addresses and certificates, or not at"
                                + " all",
                        "give --overlay-advertise with --overlay-tls-ca, --overlay-tls-cert and --overlay-tls-key"));
    }

    private Path file(String flag) {
        return Path.of(needed(flag)).toAbsolutePath();
    }

    private static int port(String text) {
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) < 1024 || Integer.parseInt(text) > 65534) {
            throw new InvalidArgument(
                    "read --" + DATA_PORT + " " + text,
                    "it is no port from 1024 to 65534, with the one behind it for encrypted networks",
                    "write 4789");
        }
        return Integer.parseInt(text);
    }

    /// `90s`, `5m`, `2h`.
    private static Duration duration(String text) {
        if (!text.matches("[0-9]{1,6}[smh]")) {
            throw new InvalidArgument("read --" + GRACE + " " + text, "it is no duration", "write 90s, 5m or 2h");
        }
        long number = Long.parseLong(text.substring(0, text.length() - 1));
        return switch (text.charAt(text.length() - 1)) {
            case 's' -> Duration.ofSeconds(number);
            case 'm' -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }
}
