package dev.gantry.network.testing;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.gantry.linux.Errno;
import dev.gantry.linux.Kernel;
import dev.gantry.linux.Sys;
import dev.gantry.network.address.Ip;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// A kernel that does all that it is asked by XFRM, and remembers what that was.
public final class AcknowledgingKernel implements Kernel {
    private static final int HEADER = 16;
    private static final int ERROR = 2; // NLMSG_ERROR, NLMSG_DONE of <linux/netlink.h>
    private static final int DONE = 3;
    private static final int NEW = 0x10; // XFRM_MSG_* of <linux/xfrm.h>
    private static final int DELETE = 0x11;
    private static final int LIST = 0x12;
    private static final int DELETE_POLICY = 0x14;
    private static final int LIST_POLICIES = 0x15;
    private static final int PUT_POLICY = 0x19;

    private final List<String> took = new ArrayList<>();
    private final List<Integer> deleted = new ArrayList<>();
    private final List<byte[]> held = new ArrayList<>();
    private final Deque<byte[]> answers = new ArrayDeque<>();
    private int errno;

    /// Has an association of the engine before, that `spi` names.
    public void holds(Ip from, Ip to, int spi, int port) {
        ByteBuffer b = ByteBuffer.allocate(224).order(ByteOrder.nativeOrder());
        b.put(0, to.toInetAddress().getAddress()).put(16, from.toInetAddress().getAddress());
        b.put(32, (byte) (port >>> 8)).put(33, (byte) port);
        b.put(56, to.toInetAddress().getAddress()).put(80, from.toInetAddress().getAddress());
        b.order(ByteOrder.BIG_ENDIAN).putInt(72, spi).order(ByteOrder.nativeOrder());
        b.putInt(208, 0x6774).putShort(212, (short) 2);
        held.add(b.array());
    }

    /// Associations cannot be made here.
    public void refuse(Errno why) {
        errno = why.number();
    }

    /// They can again.
    public void relent() {
        errno = 0;
    }

    /// Since the last time this was asked.
    public List<String> took() {
        List<String> all = List.copyOf(took);
        took.clear();
        return all;
    }

    /// Numbers of associations of the engine before.
    public List<Integer> deleted() {
        return deleted.stream().filter(n -> n >>> 12 == 7).toList();
    }

    private void take(ByteBuffer sent) {
        int at = 0;
        while (at < sent.limit()) {
            int type = sent.getShort(at + 4);
            int sequence = sent.getInt(at + 8);
            switch (type) {
                case NEW -> took.add("new association");
                case DELETE -> {
                    took.add("delete association");
                    deleted.add(Integer.reverseBytes(sent.getInt(at + HEADER + 16)));
                }
                case LIST -> took.add("list associations");
                case LIST_POLICIES -> took.add("list policies");
                case PUT_POLICY -> took.add("put policy");
                case DELETE_POLICY -> took.add("delete policy");
                default -> took.add("type " + type);
            }
            if (type == LIST) {
                held.forEach(h -> answers.add(message(NEW, sequence, h)));
            }
            boolean list = type == LIST || type == LIST_POLICIES;
            ByteBuffer answer = ByteBuffer.allocate(4 + HEADER).order(ByteOrder.nativeOrder());
            answer.putInt(0, type == NEW ? -errno : 0);
            answers.add(message(list ? DONE : ERROR, sequence, answer.array()));
            at += sent.getInt(at) + 3 & ~3;
        }
    }

    private static byte[] message(int type, int sequence, byte[] body) {
        ByteBuffer b = ByteBuffer.allocate(HEADER + body.length).order(ByteOrder.nativeOrder());
        b.putInt(HEADER + body.length)
                .putShort((short) type)
                .putShort((short) 0)
                .putInt(sequence)
                .putInt(0)
                .put(body);
        return b.array();
    }

    @Override
    public long call(Arena arena, Sys sys, long a, long b, long c, long d, long e, long f) {
        return switch (sys) {
            case SOCKET -> 100;
            case SENDTO -> {
                take(memory(b, c).asByteBuffer().order(ByteOrder.nativeOrder()));
                yield c;
            }
            case RECVFROM -> {
                byte[] bytes = answers.remove();
                MemorySegment.copy(bytes, 0, memory(b, c), JAVA_BYTE, 0, bytes.length);
                memory(e, 12).set(JAVA_INT, 4, 0);
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
