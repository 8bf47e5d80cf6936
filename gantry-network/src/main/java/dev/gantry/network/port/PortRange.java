package dev.gantry.network.port;

import dev.gantry.base.InvalidArgument;

/// Ports from `first` to `last`.
public record PortRange(int first, int last) {
    static final int MOST = 65_535;

    /// Whichever is free, of those that the kernel gives to callers too (`ip_local_port_range`).
    public static final PortRange EPHEMERAL = new PortRange(32_768, 60_999);

    public PortRange {
        if (first < 0 || last > MOST || first > last) {
            throw new InvalidArgument(
                    "read port range " + first + "-" + last,
                    "invalid range",
                    "use two numbers from 0 to 65535 in order");
        }
    }

    public static PortRange of(int port) {
        return new PortRange(port, port);
    }

    public boolean contains(int port) {
        return first <= port && port <= last;
    }

    public int size() {
        return last - first + 1;
    }

    /// `8080` or `8080-8090`. `kind` is docker's word for what is read, `whole` what its user wrote.
    static PortRange parse(String text, String kind, String whole) {
        int dash = text.indexOf('-');
        int first = number(dash < 0 ? text : text.substring(0, dash));
        int last = dash < 0 ? first : number(text.substring(dash + 1));
        if (first < 0 || last < first) {
            throw new InvalidArgument(
                    "read port " + whole,
                    "invalid " + kind + ": " + text,
                    "write [host address:][host port:]container port[/protocol], ports from 0 to 65535");
        }
        return new PortRange(first, last);
    }

    private static int number(String text) {
        if (text.isEmpty() || text.length() > 5 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int number = Integer.parseInt(text);
        return number > MOST ? -1 : number;
    }

    @Override
    public String toString() {
        return first == last ? String.valueOf(first) : first + "-" + last;
    }
}
