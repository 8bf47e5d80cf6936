package dev.gantry.linux.netlink.nftables;

import dev.gantry.linux.netlink.Attributes;
import dev.gantry.linux.netlink.Encoder;
import dev.gantry.linux.netlink.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// Elements on their way to and from messages. In a set of intervals with one part the kernel keeps where an
/// interval begins and the first key behind it as two elements, the latter with a flag.
final class Elements {
    /// Each, with the end of its interval, has less than 500 bytes, and a list of them less than 64 KiB.
    private static final int PER_MESSAGE = 120;

    private Elements() {}

    static List<Message> messages(NftSet set, List<Element> elements, String verb, int type, int flags) {
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < elements.size(); i += PER_MESSAGE) {
            List<Element> part = elements.subList(i, Math.min(elements.size(), i + PER_MESSAGE));
            messages.add(set.elementList()
                    .nest(NftHeader.NFTA_SET_ELEM_LIST_ELEMENTS, list -> part.forEach(e -> write(set, e, list)))
                    .message(verb + set.name(), Nfgen.type(type), flags));
        }
        return messages;
    }

    private static void write(NftSet set, Element element, Encoder list) {
        Value first = Value.join(element.key());
        Value last = Value.join(element.last());
        if (!set.intervals() && !first.equals(last)) {
            throw new IllegalArgumentException("set " + set.name() + " was made without intervals");
        }
        list.nest(NftHeader.NFTA_LIST_ELEM, e -> {
            key(e, NftHeader.NFTA_SET_ELEM_KEY, first);
            if (set.isConcatenatedInterval()) {
                key(e, NftHeader.NFTA_SET_ELEM_KEY_END, last);
            }
            content(e, element.content());
            if (!element.timeout().isZero()) {
                e.be64(NftHeader.NFTA_SET_ELEM_TIMEOUT, element.timeout().toMillis());
            }
            if (!element.comment().isEmpty()) {
                e.bytes(NftHeader.NFTA_SET_ELEM_USERDATA, Nfgen.comment(element.comment()));
            }
        });
        // An interval up to the last key of all has no end.
        if (set.intervals() && !set.isConcatenatedInterval() && !last.isLast()) {
            list.nest(NftHeader.NFTA_LIST_ELEM, e -> {
                key(e, NftHeader.NFTA_SET_ELEM_KEY, last.plus(1));
                e.be32(NftHeader.NFTA_SET_ELEM_FLAGS, NftHeader.NFT_SET_ELEM_INTERVAL_END);
            });
        }
    }

    private static void key(Encoder e, int type, Value key) {
        e.nest(type, d -> d.bytes(NftHeader.NFTA_DATA_VALUE, key.bytes()));
    }

    private static void content(Encoder e, Element.Content content) {
        switch (content) {
            case Element.Content.Nothing _ -> {}
            case Element.Content.Values v -> key(e, NftHeader.NFTA_SET_ELEM_DATA, Value.join(v.values()));
            case Element.Content.Decision d -> e.nest(NftHeader.NFTA_SET_ELEM_DATA, d.verdict()::write);
        }
    }

    /// An element as it is in a message: one end of an interval, perhaps.
    private record Raw(byte[] key, byte[] last, boolean end, Attributes attributes) {}

    static List<Element> read(NftSet set, List<Message> messages) {
        List<Raw> raw = new ArrayList<>();
        for (Message m : messages) {
            for (var e : m.attributes(Nfgen.HEADER).nested(NftHeader.NFTA_SET_ELEM_LIST_ELEMENTS)) {
                Attributes a = e.nested();
                byte[] key = a.nested(NftHeader.NFTA_SET_ELEM_KEY).bytes(NftHeader.NFTA_DATA_VALUE);
                boolean hasLast = a.has(NftHeader.NFTA_SET_ELEM_KEY_END);
                byte[] last = a.nested(NftHeader.NFTA_SET_ELEM_KEY_END).bytes(NftHeader.NFTA_DATA_VALUE);
                int flags = a.be32(NftHeader.NFTA_SET_ELEM_FLAGS, 0);
                boolean end = (flags & NftHeader.NFT_SET_ELEM_INTERVAL_END) != 0;
                raw.add(new Raw(key, hasLast ? last : key, end, a));
            }
        }
        return set.intervals() && !set.isConcatenatedInterval() ? intervals(set, raw) : plain(set, raw);
    }

    private static List<Element> plain(NftSet set, List<Raw> raw) {
        return raw.stream().map(r -> element(set, r, r.last)).toList();
    }

    /// In order of keys; where one interval ends and the next begins, the end is first.
    private static List<Element> intervals(NftSet set, List<Raw> raw) {
        List<Raw> sorted = new ArrayList<>(raw);
        sorted.sort(Comparator.comparing(Raw::key, Arrays::compareUnsigned).thenComparing(r -> !r.end));
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < sorted.size(); i++) {
            if (!sorted.get(i).end) {
                boolean open = i + 1 == sorted.size();
                byte[] last = new byte[sorted.get(i).key.length];
                Arrays.fill(last, (byte) -1);
                if (!open) {
                    last = Value.of(sorted.get(i + 1).key).plus(-1).bytes();
                }
                elements.add(element(set, sorted.get(i), last));
            }
        }
        return elements;
    }

    private static Element element(NftSet set, Raw raw, byte[] last) {
        Attributes data = raw.attributes.nested(NftHeader.NFTA_SET_ELEM_DATA);
        Element.Content content = new Element.Content.Nothing();
        if (data.has(NftHeader.NFTA_DATA_VERDICT)) {
            content = new Element.Content.Decision(Verdict.read(data));
        } else if (data.has(NftHeader.NFTA_DATA_VALUE)) {
            content = new Element.Content.Values(Value.split(data.bytes(NftHeader.NFTA_DATA_VALUE), set.data()));
        }
        List<Value> first = Value.split(raw.key, set.key());
        List<Value> to = Value.split(last, set.key());
        return new Element(
                first,
                to.size() == first.size() ? to : first,
                content,
                Duration.ofMillis(raw.attributes.be64(NftHeader.NFTA_SET_ELEM_TIMEOUT, 0)),
                Nfgen.comment(raw.attributes.bytes(NftHeader.NFTA_SET_ELEM_USERDATA)));
    }
}
