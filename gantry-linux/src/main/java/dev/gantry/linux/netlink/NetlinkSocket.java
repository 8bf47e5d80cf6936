package dev.gantry.linux.netlink;

import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.SocketCalls;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
///     route.execute(List.of(LinkRequest.named("br0").bridge(bridge ->
/// bridge.multicastSnooping(false)).up().create()));
/// }
/// ```
public final class NetlinkSocket implements AutoCloseable {
    /// The protocols Gantry speaks, by their number in <linux/netlink.h>.
    public enum Protocol {
        ROUTE(NetlinkHeader.NETLINK_ROUTE),
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

    /// `struct sockaddr_nl`: u16 family, u16 nothing, u32 port, u32 groups.
    private static final int ADDRESS_SIZE = 12;

    /// The kernel fills a datagram of a dump up to 32 KiB, and more only when one object is larger.
    private static final int CAPACITY = 1 << 16;

    /// The acknowledgements of one send have to fit into the receive buffer (208 KiB by default, and each
    /// counts for about 1 KiB).
    private static final int REQUESTS_PER_SEND = 64;

    /// Below the send buffer that a socket has by default.
    private static final int PLAIN_SEND = 1 << 16;

    private static final int DUMP_ATTEMPTS = 20;

    private final SocketCalls sockets;
    private final Fd fd;
    private final Duration timeout;
    private int sequence = 1;

    private NetlinkSocket(SocketCalls sockets, Fd fd, Duration timeout) {
        this.sockets = sockets;
        this.fd = fd;
        this.timeout = timeout;
        for (int option : List.of(NetlinkHeader.NETLINK_CAP_ACK, NetlinkHeader.NETLINK_EXT_ACK)) {
            sockets.option(fd, NetlinkHeader.SOL_NETLINK, option, 1);
        }
    }

    /// Opens one in the network namespace of this process. `timeout` bounds each wait for an answer.
    public static NetlinkSocket open(Linux linux, Protocol protocol, Duration timeout) {
        SocketCalls sockets = linux.sockets();
        Fd fd = sockets.open(NetlinkHeader.AF_NETLINK, NetlinkHeader.SOCK_RAW, protocol.number);
        return over(linux, fd, protocol, timeout);
    }

    /// Takes over a descriptor that was opened elsewhere, in another network namespace perhaps.
    public static NetlinkSocket over(Linux linux, Fd fd, Protocol protocol, Duration timeout) {
        try {
            var socket = new NetlinkSocket(linux.sockets(), fd, timeout);
            if (protocol == Protocol.ROUTE) {
                // Filters in the header of a dump are honoured only then.
                linux.sockets().option(fd, NetlinkHeader.SOL_NETLINK, NetlinkHeader.NETLINK_GET_STRICT_CHK, 1);
            }
            return socket;
        } catch (RuntimeException e) {
            fd.close();
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
        send(Message.encode(requests, first, NetlinkHeader.NLM_F_REQUEST | NetlinkHeader.NLM_F_ACK));
        var inbox = new Inbox(requests.getFirst());
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
        send(Message.encode(List.of(request), number, NetlinkHeader.NLM_F_REQUEST | NetlinkHeader.NLM_F_DUMP));
        var inbox = new Inbox(request);
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
        send(Message.encode(all, first, NetlinkHeader.NLM_F_REQUEST));
        var inbox = new Inbox(begin);
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
        if (ByteBuffer.wrap(sockets.name(fd)).order(ByteOrder.nativeOrder()).getInt(4) == 0) {
            ByteBuffer address = ByteBuffer.allocate(ADDRESS_SIZE).order(ByteOrder.nativeOrder());
            sockets.bind(fd, address.putShort((short) NetlinkHeader.AF_NETLINK).array());
        }
        sockets.option(fd, NetlinkHeader.SOL_NETLINK, NetlinkHeader.NETLINK_ADD_MEMBERSHIP, group);
    }

    /// Waits for what the groups tell: at least one message, or none when the time is over.
    public Events events(Duration wait) {
        try {
            return new Events(receive(wait), false);
        } catch (LinuxError e) {
            if (e.is(Errno.ENOBUFS)) {
                return new Events(List.of(), true);
            }
            throw e;
        }
    }

    @Override
    public void close() {
        fd.close();
    }

    /// The answers to one send: all wait until one deadline. Once the kernel dropped some, those that are there
    /// are still read, and no others are waited for.
    private final class Inbox {
        private final Message request;
        private final long deadline = System.nanoTime() + timeout.toNanos();
        private boolean lost;

        private Inbox(Message request) {
            this.request = request;
        }

        boolean lost() {
            return lost;
        }

        List<Message> await() {
            while (true) {
                try {
                    long left = lost ? 0 : Math.max(0, deadline - System.nanoTime());
                    List<Message> received = receive(Duration.ofNanos(left));
                    if (received.isEmpty()) {
                        throw lost
                                ? new NetlinkError(request.what(), Errno.ENOBUFS, "the kernel dropped its answer")
                                : new NetlinkError(request.what(), Errno.ETIMEDOUT, "no answer in " + timeout);
                    }
                    return received;
                } catch (LinuxError e) {
                    overrun(e);
                }
            }
        }

        /// What is there already.
        List<Message> drain() {
            List<Message> all = new ArrayList<>();
            while (System.nanoTime() < deadline) {
                try {
                    List<Message> received = receive(Duration.ZERO);
                    if (received.isEmpty()) {
                        break;
                    }
                    all.addAll(received);
                } catch (LinuxError e) {
                    overrun(e);
                }
            }
            return all;
        }

        private void overrun(LinuxError e) {
            if (!e.is(Errno.ENOBUFS)) {
                throw e;
            }
            lost = true;
        }
    }

    /// One datagram from the kernel, empty when none came in time.
    private List<Message> receive(Duration wait) {
        long end = System.nanoTime() + wait.toNanos();
        while (true) {
            try {
                var received = sockets.receive(fd, CAPACITY, NetlinkHeader.MSG_TRUNC | NetlinkHeader.MSG_DONTWAIT);
                if (received.length() > CAPACITY) {
                    throw NetlinkError.malformed("a datagram has " + received.length() + " bytes");
                }
                List<Message> messages = Message.decode(received.bytes());
                if (isFromKernel(received.sender()) && !messages.isEmpty()) {
                    return messages;
                }
                if (System.nanoTime() - end > 0) {
                    return List.of();
                }
            } catch (LinuxError e) {
                if (!e.is(Errno.EAGAIN)) {
                    throw e;
                }
                long left = end - System.nanoTime();
                if (left <= 0 || !sockets.readable(fd, Duration.ofNanos(left))) {
                    return List.of();
                }
            }
        }
    }

    /// Other processes may send to a netlink socket too; the kernel's port is 0.
    private static boolean isFromKernel(byte[] sender) {
        return sender.length >= ADDRESS_SIZE
                && ByteBuffer.wrap(sender).order(ByteOrder.nativeOrder()).getInt(4) == 0;
    }

    private void send(byte[] bytes) {
        if (bytes.length > PLAIN_SEND) {
            widen(bytes.length);
        }
        sockets.send(fd, bytes);
    }

    /// A netlink message has to fit into the send buffer. Beyond the limit of the host if that is permitted;
    /// otherwise the send itself says that it is too long.
    private void widen(int length) {
        try {
            sockets.option(fd, NetlinkHeader.SOL_SOCKET, NetlinkHeader.SO_SNDBUFFORCE, length * 2);
        } catch (LinuxError e) {
            if (!e.is(Errno.EPERM)) {
                throw e;
            }
            sockets.option(fd, NetlinkHeader.SOL_SOCKET, NetlinkHeader.SO_SNDBUF, length * 2);
        }
    }

    private int number(int count) {
        int first = sequence;
        sequence += count;
        return first;
    }
}
