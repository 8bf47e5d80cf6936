package dev.gantry.linux.netlink.nftables;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/// An element of a set or map: a key of one or more parts, to where it reaches (the key itself when it is no
/// interval), and what the map has for it. A timeout of zero is none.
public record Element(List<Value> key, List<Value> last, Content content, Duration timeout, String comment) {
    /// What a map has for a key.
    public sealed interface Content {
        /// Of a set.
        record Nothing() implements Content {}

        record Values(List<Value> values) implements Content {
            public Values {
                values = List.copyOf(values);
            }
        }

        record Decision(Verdict verdict) implements Content {}
    }

    public Element {
        key = List.copyOf(key);
        last = List.copyOf(last);
        if (key.isEmpty() || key.size() != last.size()) {
            throw new IllegalArgumentException("both ends of an interval have as many parts, one at least");
        }
    }

    public static Element of(Value... key) {
        return range(List.of(key), List.of(key));
    }

    /// From one to the other, both included.
    public static Element range(List<Value> from, List<Value> to) {
        return new Element(from, to, new Content.Nothing(), Duration.ZERO, "");
    }

    /// All addresses of a prefix, for a set of intervals.
    public static Element prefix(InetAddress address, int length) {
        Value value = Value.of(address);
        Value mask = Value.mask(length, value.size());
        return range(List.of(value.and(mask)), List.of(value.and(mask).orNot(mask)));
    }

    public Element to(Value... values) {
        return new Element(key, last, new Content.Values(List.of(values)), timeout, comment);
    }

    public Element to(Verdict verdict) {
        return new Element(key, last, new Content.Decision(verdict), timeout, comment);
    }

    public Element expiringAfter(Duration time) {
        return new Element(key, last, content, time, comment);
    }

    public Element commented(String text) {
        return new Element(key, last, content, timeout, text);
    }
}
