package dev.gantry.network.encryption;

import dev.gantry.linux.netlink.Message;
import dev.gantry.linux.netlink.xfrm.Association;
import dev.gantry.linux.netlink.xfrm.Flow;
import dev.gantry.linux.netlink.xfrm.HeldAssociation;
import dev.gantry.linux.netlink.xfrm.Policy;
import dev.gantry.network.address.Ip;
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

    /// Of a host whose connections end as soon as they stand. It sends with the key of the last that got further.
    private static final int MOST = 6;

    private final Ip own;
    private final int port;
    private final SortedMap<Ip, Keys> peers;

    /// @param sending the newest
    /// @param receiving the newest first
    /// @param used whether the peer was seen to use one of these
    private record Keys(List<TunnelKey> sending, List<TunnelKey> receiving, boolean used) {
        private static final Keys NONE = new Keys(List.of(), List.of(), false);
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
        return with(peer, of(peer));
    }

    /// The UDP port of encrypted overlays, beside that of the others.
    public static int portBeside(int others) {
        return others + 1;
    }

    /// The connection that this host has begun has this key, and the peer has said that it heard of it: not before, for
    /// it must be able to read what is sent.
    public EncryptionPlan sending(Ip peer, TunnelKey key) {
        Keys before = of(peer);
        return with(peer, new Keys(List.of(key), before.receiving(), before.used()));
    }

    /// The connection that the peer has begun has this key, and the peer may use it as soon as it hears of that.
    public EncryptionPlan receiving(Ip peer, TunnelKey key) {
        Keys before = of(peer);
        List<TunnelKey> keys = new ArrayList<>(before.receiving());
        keys.remove(key);
        keys.addFirst(key);
        return with(peer, new Keys(before.sending(), keys.subList(0, Math.min(MOST, keys.size())), before.used()));
    }

    /// The peer uses this key. What it sent with the one before may still be under way.
    public EncryptionPlan used(Ip peer, TunnelKey key) {
        Keys before = of(peer);
        int last = before.receiving().indexOf(key) + 2;
        List<TunnelKey> keys = before.receiving();
        return last == 1
                ? this
                : with(peer, new Keys(before.sending(), keys.subList(0, Math.min(last, keys.size())), true));
    }

    /// Whether this plan goes on without an association of an engine before, whose keys nobody knows any more.
    public boolean isWithout(HeldAssociation of) {
        Ip from = Ip.of(of.flow().source());
        Ip to = Ip.of(of.flow().destination());
        boolean out = from.equals(own);
        Keys keys = peers.get(out ? to : from);
        return keys == null || (out ? !keys.sending().isEmpty() : keys.used());
    }

    /// Whether an association of the kernel, by its ends, is one between this host and another for overlays.
    public boolean concerns(HeldAssociation held) {
        return held.request() == REQUEST && concerns(held.flow());
    }

    /// What an engine before left of this host's, and is not in this plan.
    public boolean isStrange(Policy held) {
        return held.request() == REQUEST && concerns(held.flow()) && !policies().contains(held);
    }

    private boolean concerns(Flow flow) {
        return Ip.of(flow.source()).equals(own) || Ip.of(flow.destination()).equals(own);
    }

    private Keys of(Ip peer) {
        return peers.getOrDefault(peer, Keys.NONE);
    }

    /// It is no host any more.
    public EncryptionPlan without(Ip peer) {
        SortedMap<Ip, Keys> all = new TreeMap<>(peers);
        all.remove(peer);
        return new EncryptionPlan(own, port, all);
    }

    private EncryptionPlan with(Ip peer, Keys keys) {
        SortedMap<Ip, Keys> all = new TreeMap<>(peers);
        all.put(peer, new Keys(List.copyOf(keys.sending()), List.copyOf(keys.receiving()), keys.used()));
        return new EncryptionPlan(own, port, all);
    }

    /// The changes that make this plan of that one, in an order in which no packet is lost and none leaves
    /// as it is: what opens packets first, then what must be encrypted, then what closes them; what is old
    /// goes last.
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
        return new Flow(from.toInetAddress(), to.toInetAddress(), port);
    }
}
