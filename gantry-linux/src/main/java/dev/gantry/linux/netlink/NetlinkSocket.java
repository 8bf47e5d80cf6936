package dev.gantry.linux.netlink;

import dev.gantry.linux.Errno;
import dev.gantry.linux.EventPoll;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A netlink socket and its conversation: requests with their acknowledgements, dumps, transactions, events. It
/// works in the network namespace in which the descriptor was opened. One thread at a time. The calls hold the
/// carrier thread: the kernel answers before a send returns, only [#events] really waits. netlink(7).
///
/// ```java
/// try (var route = NetlinkSocket.open(Linux.host(), Protocol.ROUTE, Duration.ofSeconds(5))) {
///     route.execute(List.of(LinkRequest.named("br0").bridge(b -> b.multicastSnooping(false)).create()));
/// }
/// ```
public final class NetlinkSocket implements AutoCloseable {
    /// The protocols Gantry speaks, by their number in <linux/netlink.h>.
    public enum Protocol {
        ROUTE(NetlinkHeader.NETLINK_ROUTE),
        XFRM(NetlinkHeader.NETLINK_XFRM),
        NETFILTER(NetlinkHeader.NETLINK_NETFILTER);

        private final int number;

        Protocol(int number) {
            this.number = number;
        }
    }

    /// What was heard; `lost` when the kernel had to drop some meanwhile: then look at everything again.
    public record Events(List<Message> messages, boolean lost) {
        public Events {
            messages = List.copyOf(messages);
        }
    }

    /// The acknowledgements of one send have to fit into the receive buffer (208 KiB by default, and each
    /// counts for about 1 KiB).
    private static final int REQUESTS_PER_SEND = 64;

    private static final int DUMP_ATTEMPTS = 20;

    private final Wire wire;
    private final Duration timeout;
    private int sequence = 1;

    private NetlinkSocket(Wire wire, Duration timeout) {
        this.wire = wire;
        this.timeout = timeout;
    }

    /// Opens one in the network namespace of this process. `timeout` bounds each wait for an answer.
    public static NetlinkSocket open(Linux linux, Protocol protocol, Duration timeout) {
        Fd fd = linux.sockets().open(NetlinkHeader.AF_NETLINK, NetlinkHeader.SOCK_RAW, protocol.number);
        return over(linux, fd, protocol, timeout);
    }

    /// Takes over a descriptor that was opened elsewhere, in another network namespace perhaps.
    public static NetlinkSocket over(Linux linux, Fd fd, Protocol protocol, Duration timeout) {
        var wire = new Wire(linux.sockets(), fd);
        try {
            wire.option(NetlinkHeader.NETLINK_CAP_ACK, 1);
            wire.option(NetlinkHeader.NETLINK_EXT_ACK, 1);
            if (protocol == Protocol.ROUTE) {
                // Filters in the header of a dump are honoured only then.
                wire.option(NetlinkHeader.NETLINK_GET_STRICT_CHK, 1);
            }
            return new NetlinkSocket(wire, timeout);
        } catch (RuntimeException e) {
            wire.close();
            throw e;
        }
    }

    /// Asks one thing: what the kernel told besides the acknowledgement.
    public List<Message> request(Message request) {
        List<Message> replies = new ArrayList<>();
        Ack ack = exchange(List.of(request), replies).getFirst();
        if (!ack.done()) {
            throw ack.error();
        }
        return replies;
    }

    /// Does all of it in as few sends as can be. Not all or nothing: when one fails, those behind it were tried
    /// nevertheless. Throws the first failure, with the further ones suppressed in it.
    public void execute(List<Message> requests) {
        throwFirst(attempt(requests));
    }

    /// Like [#execute], for callers who expect failures: the answer to each, in order.
    public List<Ack> attempt(List<Message> requests) {
        List<Ack> acks = new ArrayList<>();
        for (int i = 0; i < requests.size(); i += REQUESTS_PER_SEND) {
            int end = Math.min(requests.size(), i + REQUESTS_PER_SEND);
            acks.addAll(exchange(requests.subList(i, end), new ArrayList<>()));
        }
        return acks;
    }

    private List<Ack> exchange(List<Message> requests, List<Message> replies) {
        int first = number(requests.size());
        wire.send(Message.encode(requests, first, NetlinkHeader.NLM_F_REQUEST | NetlinkHeader.NLM_F_ACK));
        var inbox = new Inbox(wire, timeout, requests.getFirst());
        List<Ack> acks = new ArrayList<>();
        while (acks.size() < requests.size()) {
            for (Message m : inbox.await()) {
                int i = m.sequence() - first;
                if (i == acks.size() && i < requests.size()) {
                    if (m.type() == NetlinkHeader.NLMSG_ERROR) {
                        acks.add(Ack.read(requests.get(i), m));
                    } else {
                        replies.add(m);
                    }
                }
            }
        }
        return acks;
    }

    /// Everything of a kind, consistently: a dump during which something changed, or was dropped, is taken again.
    public List<Message> dump(Message request) {
        for (int i = 0; i < DUMP_ATTEMPTS; i++) {
            try {
                Optional<List<Message>> all = tryDump(request);
                if (all.isPresent()) {
                    return all.get();
                }
            } catch (NetlinkError e) {
                if (!e.is(Errno.ENOBUFS)) {
                    throw e;
                }
            }
        }
        throw new NetlinkError(
                request.what(), Errno.EAGAIN, "it changed during each of " + DUMP_ATTEMPTS + " readings");
    }

    private Optional<List<Message>> tryDump(Message request) {
        int number = number(1);
        wire.send(Message.encode(List.of(request), number, NetlinkHeader.NLM_F_REQUEST | NetlinkHeader.NLM_F_DUMP));
        var inbox = new Inbox(wire, timeout, request);
        List<Message> all = new ArrayList<>();
        boolean interrupted = false;
        while (true) {
            for (Message m : inbox.await()) {
                if (m.sequence() != number) {
                    continue;
                }
                interrupted |= (m.flags() & NetlinkHeader.NLM_F_DUMP_INTR) != 0;
                if (m.type() != NetlinkHeader.NLMSG_DONE && m.type() != NetlinkHeader.NLMSG_ERROR) {
                    all.add(m);
                    continue;
                }
                Ack end = Ack.read(request, m);
                if (end.errno().equals(Errno.EBUSY)) {
                    // An earlier dump was left in the middle: reading on ends it.
                    inbox.drain();
                    return Optional.empty();
                }
                // EINTR: nf_tables reports a change of its generation so.
                interrupted |= inbox.lost() || end.errno().equals(Errno.EINTR);
                if (!interrupted && !end.done()) {
                    throw end.error();
                }
                return interrupted ? Optional.empty() : Optional.of(all);
            }
        }
    }

    /// Sends all in one piece that the kernel takes whole or not at all, between the `begin` and `end` of the
    /// family. Throws the first failure, with the further ones suppressed in it; then nothing was changed.
    public void transact(Message begin, List<Message> body, Message end) {
        if (body.isEmpty()) {
            return;
        }
        List<Message> all = new ArrayList<>();
        all.add(begin);
        all.addAll(body.subList(0, body.size() - 1));
        // Only the last asks for an acknowledgement: of thousands, the others would not fit the receive buffer.
        Message last = body.getLast();
        all.add(new Message(last.what(), last.type(), last.flags() | NetlinkHeader.NLM_F_ACK, 0, last.payload()));
        all.add(end);
        int first = number(all.size());
        wire.send(Message.encode(all, first, NetlinkHeader.NLM_F_REQUEST));
        var inbox = new Inbox(wire, timeout, begin);
        List<Ack> acks = new ArrayList<>();
        while (acks.stream().noneMatch(a -> a.request() == all.get(body.size()) || a.request() == begin)) {
            acks(inbox.await(), all, first, acks);
        }
        // A failure to commit is reported about `begin`, before the acknowledgements of the body or alone.
        acks(inbox.drain(), all, first, acks);
        throwFirst(acks);
    }

    private static void acks(List<Message> received, List<Message> requests, int first, List<Ack> into) {
        for (Message m : received) {
            int i = m.sequence() - first;
            if (i >= 0 && i < requests.size() && m.type() == NetlinkHeader.NLMSG_ERROR) {
                into.add(Ack.read(requests.get(i), m));
            }
        }
    }

    private static void throwFirst(List<Ack> acks) {
        List<NetlinkError> failed =
                acks.stream().filter(a -> !a.done()).map(Ack::error).toList();
        if (!failed.isEmpty()) {
            NetlinkError first = failed.getFirst();
            failed.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }

    /// Joins a multicast group (`RTNLGRP_…`, `NFNLGRP_…`). A socket that listens should do nothing else.
    public void subscribe(int group) {
        wire.bind();
        wire.option(NetlinkHeader.NETLINK_ADD_MEMBERSHIP, group);
    }

    /// By which the kernel calls this socket: events tell it of who caused them.
    public int port() {
        wire.bind();
        return wire.port();
    }

    /// The network namespace in which it works; the caller's to close.
    public Fd namespace() {
        return wire.namespace();
    }

    /// From now on `poll` tells `token` when there is something of [#events] to hear, or something was lost.
    public void watch(EventPoll poll, long token) {
        wire.watch(poll, token);
    }

    /// Waits for what the groups tell: at least one message, or none when the time is over.
    public Events events(Duration wait) {
        try {
            return new Events(wire.receive(wait), false);
        } catch (LinuxError e) {
            if (e.is(Errno.ENOBUFS)) {
                return new Events(List.of(), true);
            }
            throw e;
        }
    }

    @Override
    public void close() {
        wire.close();
    }

    private int number(int count) {
        int first = sequence;
        sequence += count;
        return first;
    }
}
