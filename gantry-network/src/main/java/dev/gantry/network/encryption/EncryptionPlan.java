package dev.gantry.network.encryption;

import dev.gantry.linux.netlink.Message;
import dev.gantry.linux.netlink.xfrm.Association;
import dev.gantry.linux.netlink.xfrm.Flow;
import dev.gantry.linux.netlink.xfrm.Policy;
import dev.gantry.network.address.Ip;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What the kernel of one host is to have so that its encrypted overlays reach the others, and nothing travels between
/// them as it is. Encrypted overlays have a UDP port of their own: the policies go by it, and need no marks.
///
/// ```java
/// EncryptionPlan now = plan.receiving(peer, key);   // the peer's new connection
/// for (Message change : now.after(plan)) { … }
/// ```
///
/// A host is in it for as long as it is a host: while there is no key yet, its policies drop what would be sent to it.
public final class EncryptionPlan {
    /// By which policies ask for associations; Gantry's.
    public static final int REQUEST = 0x6774;

    /// What ESP with AES-GCM adds to a packet at most: header 8, initialization vector 8, padding and its length 5, tag
    /// 16. RFC 4106.
    public static final int OVERHEAD = 8 + 8 + 5 + 16;

    /// A sender may use the last but one until it has heard that the last is there.
    private static final int KEPT = 2;

    private final Ip own;
    private final int port;
    private final SortedMap<Ip, Keys> peers;

    /// @param sending the newest; @param receiving the newest first
    private record Keys(List<TunnelKey> sending, List<TunnelKey> receiving) {
        private static final Keys NONE = new Keys(List.of(), List.of());
    }

    private EncryptionPlan(Ip own, int port, SortedMap<Ip, Keys> peers) {
        this.own = own;
        this.port = port;
        this.peers = peers;
    }

    /// Without hosts to speak with.
    public static EncryptionPlan of(Ip own, int port) {
        return new EncryptionPlan(own, port, new TreeMap<>());
    }

    public EncryptionPlan with(Ip peer) {
        return with(peer, peers.getOrDefault(peer, Keys.NONE));
    }

    /// The connection that this host has begun has this key, and the peer has said that it heard of it: not before, for
    /// it must be able to read what is sent.
    public EncryptionPlan sending(Ip peer, TunnelKey key) {
        return with(
                peer, new Keys(List.of(key), peers.getOrDefault(peer, Keys.NONE).receiving()));
    }

    /// The connection that the peer has begun has this key.
    public EncryptionPlan receiving(Ip peer, TunnelKey key) {
        Keys before = peers.getOrDefault(peer, Keys.NONE);
        List<TunnelKey> keys = new ArrayList<>(before.receiving());
        keys.remove(key);
        keys.addFirst(key);
        return with(peer, new Keys(before.sending(), keys.subList(0, Math.min(KEPT, keys.size()))));
    }

    /// It is no host any more.
    public EncryptionPlan without(Ip peer) {
        SortedMap<Ip, Keys> all = new TreeMap<>(peers);
        all.remove(peer);
        return new EncryptionPlan(own, port, all);
    }

    private EncryptionPlan with(Ip peer, Keys keys) {
        SortedMap<Ip, Keys> all = new TreeMap<>(peers);
        all.put(peer, new Keys(List.copyOf(keys.sending()), List.copyOf(keys.receiving())));
        return new EncryptionPlan(own, port, all);
    }

    /// The changes that make this plan of that one, in an order in which no packet is lost and none leaves as it is:
    /// what
    /// opens packets first, then what must be encrypted, then what closes them; what is old goes last.
    public List<Message> after(EncryptionPlan before) {
        List<Message> changes = new ArrayList<>();
        added(opening(), before.opening()).forEach(a -> changes.add(a.add()));
        added(policies(), before.policies()).forEach(p -> changes.add(p.put()));
        added(closing(), before.closing()).forEach(a -> changes.add(a.add()));
        added(before.closing(), closing()).forEach(a -> changes.add(a.delete()));
        added(before.opening(), opening()).forEach(a -> changes.add(a.delete()));
        added(before.policies(), policies()).forEach(p -> changes.add(p.delete()));
        return changes;
    }

    private static <T> List<T> added(List<T> now, List<T> before) {
        return now.stream().filter(x -> !before.contains(x)).toList();
    }

    private List<Association> opening() {
        List<Association> all = new ArrayList<>();
        for (Map.Entry<Ip, Keys> e : peers.entrySet()) {
            e.getValue().receiving().forEach(k -> all.add(association(flow(e.getKey(), own), k)));
        }
        return all;
    }

    private List<Association> closing() {
        List<Association> all = new ArrayList<>();
        for (Map.Entry<Ip, Keys> e : peers.entrySet()) {
            e.getValue().sending().forEach(k -> all.add(association(flow(own, e.getKey()), k)));
        }
        return all;
    }

    private List<Policy> policies() {
        List<Policy> all = new ArrayList<>();
        for (Ip peer : peers.keySet()) {
            all.add(new Policy(Policy.Direction.IN, flow(peer, own), REQUEST));
            all.add(new Policy(Policy.Direction.OUT, flow(own, peer), REQUEST));
        }
        return all;
    }

    private static Association association(Flow flow, TunnelKey key) {
        return new Association(flow, key.number(), key.secret(), REQUEST);
    }

    private Flow flow(Ip from, Ip to) {
        return new Flow(v4(from), v4(to), port);
    }

    private static Inet4Address v4(Ip ip) {
        if (ip.toInetAddress() instanceof Inet4Address four) {
            return four;
        }
        throw new IllegalArgumentException("hosts reach each other over IPv4, and " + ip + " is none");
    }
}
