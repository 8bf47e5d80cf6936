package dev.gantry.build.frontend;

import dev.gantry.build.check.Checks;
import dev.gantry.build.check.Rule;
import dev.gantry.build.dockerfile.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// A word of `EXPOSE`: `80`, `80/udp`, `8000-8010/tcp`. Addresses and ports of the host before it count for nothing.
final class ExposedPorts {
    private static final int LAST = 65_535;

    private ExposedPorts() {}

    static List<String> read(String text, Place word, Place instruction, Checks checks) {
        int slash = text.indexOf('/');
        String written = slash < 0 ? "" : text.substring(slash + 1);
        String protocol = written.isEmpty() ? "tcp" : written.toLowerCase(Locale.ROOT);
        if (!Set.of("tcp", "udp", "sctp").contains(protocol)) {
            throw word.fault("invalid proto: " + written, "write /tcp, /udp or /sctp");
        }
        if (!written.isEmpty() && !written.equals(protocol)) {
            checks.report(
                    Rule.EXPOSE_PROTO_CASING,
                    instruction,
                    "Defined protocol '" + text + "' in EXPOSE instruction should be lowercase");
        }
        String address = slash < 0 ? text : text.substring(0, slash);
        int colon = address.lastIndexOf(':');
        if (colon >= 0) {
            checks.report(
                    Rule.EXPOSE_INVALID_FORMAT,
                    instruction,
                    "EXPOSE instruction should not define an IP address or host-port mapping, found '" + text + "'");
        }
        String range = address.substring(colon + 1);
        int dash = range.indexOf('-');
        int first = port(dash < 0 ? range : range.substring(0, dash));
        int last = dash < 0 ? first : port(range.substring(dash + 1));
        if (first < 0 || last < first) {
            throw word.fault("invalid containerPort: " + range, "write a port such as 80, or a range such as 80-90");
        }
        List<String> ports = new ArrayList<>();
        for (int port = first; port <= last; port++) {
            ports.add(port + "/" + protocol);
        }
        return ports;
    }

    private static int port(String text) {
        if (!text.matches("[0-9]{1,5}")) {
            return -1;
        }
        int port = Integer.parseInt(text);
        return port > LAST ? -1 : port;
    }
}
