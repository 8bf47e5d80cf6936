package dev.gantry.linux.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.gantry.linux.Errno;
import dev.gantry.linux.Kernel;
import dev.gantry.linux.Sys;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;

/// A kernel that receives what a test says it does: datagrams made from what was sent, errors, silence.
final class ScriptedKernel implements Kernel {
    private final Deque<Function<List<Message>, byte[]>> datagrams = new ArrayDeque<>();
    private final List<List<Message>> sent = new ArrayList<>();
    private int senderPort;

    /// The next thing to receive, made of the messages sent last.
    ScriptedKernel receive(Function<List<Message>, byte[]> datagram) {
        datagrams.add(datagram);
        return this;
    }

    ScriptedKernel overrun() {
        return receive(_ -> new byte[0]);
    }

    ScriptedKernel senderPort(int port) {
        senderPort = port;
        return this;
    }

    /// The answer with this error to the request with that index.
    static Function<List<Message>, byte[]> ack(int index, int errno) {
        return requests -> answer(requests.get(index), NetlinkHeader.NLMSG_ERROR, 0, -errno);
    }

    /// A message with `word` as its content that answers the request sent last.
    static byte[] answer(Message request, int type, int flags, int word) {
        Message m = new Encoder().u32(word).u32(0).u32(0).u32(0).u32(0).message("answer", type, flags);
        return Message.encode(List.of(m), request.sequence(), 0);
    }

    static byte[] join(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] p : parts) {
            all.writeBytes(p);
        }
        return all.toByteArray();
    }

    List<List<Message>> sent() {
        return sent;
    }

    @Override
    public long call(Arena arena, Sys sys, long a, long b, long c, long d, long e, long f) {
        return switch (sys) {
            case SOCKET -> 100;
            case SENDTO -> {
                sent.add(Message.decode(memory(b, c).toArray(JAVA_BYTE)));
                yield c;
            }
            case RECVFROM -> {
                if (datagrams.isEmpty()) {
                    yield -Errno.EAGAIN.number();
                }
                byte[] bytes = datagrams.remove().apply(sent.isEmpty() ? List.of() : sent.getLast());
                if (bytes.length == 0) {
                    yield -Errno.ENOBUFS.number();
                }
                MemorySegment.copy(bytes, 0, memory(b, c), JAVA_BYTE, 0, bytes.length);
                memory(e, 12).set(JAVA_INT, 4, senderPort);
                memory(f, 4).set(JAVA_INT, 0, 12);
                yield bytes.length;
            }
            default -> 0;
        };
    }

    private static MemorySegment memory(long address, long size) {
        return MemorySegment.ofAddress(address).reinterpret(size);
    }
}
