package dev.gantry.network.port;

import java.util.Locale;
import java.util.Optional;

/// Transport protocols with ports.
public enum Protocol {
    TCP(6),
    UDP(17),
    SCTP(132);

    private final int number;

    Protocol(int number) {
        this.number = number;
    }

    /// As IP headers have it.
    public int number() {
        return number;
    }

    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Empty when it is none of them.
    public static Optional<Protocol> find(String text) {
        for (Protocol p : values()) {
            if (p.wire().equals(text.toLowerCase(Locale.ROOT))) {
                return Optional.of(p);
            }
        }
        return Optional.empty();
    }
}
