package dev.gantry.runtime.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/// Classic BPF as far as a filter of system calls needs it: pieces of code in which every path ends with a return, and
/// how they are put together. <linux/filter.h>, <linux/bpf_common.h>
final class Bpf {
    static final int LD_W_ABS = 0x20;
    static final int AND_K = 0x54;
    static final int JA = 0x05;
    static final int JEQ_K = 0x15;
    static final int JGT_K = 0x25;
    static final int JGE_K = 0x35;
    static final int RET_K = 0x06;

    /// The kernel takes no longer ones. `BPF_MAXINSNS`
    static final int MAX_INSTRUCTIONS = 4096;

    private static final int MAX_SHORT_JUMP = 255;

    private Bpf() {}

    /// One instruction; `jt` and `jf` count from the next one. Compared by hand: what a record is given for that costs
    /// its first user tens of milliseconds, and the first user is somebody's first container.
    record Insn(int code, int jt, int jf, int k) {
        @Override
        public boolean equals(Object o) {
            return o instanceof Insn i && i.code == code && i.jt == jt && i.jf == jf && i.k == k;
        }

        @Override
        public int hashCode() {
            return ((code * 31 + jt) * 31 + jf) * 31 + k;
        }
    }

    static Insn load(int offset) {
        return new Insn(LD_W_ABS, 0, 0, offset);
    }

    static List<Insn> ret(int value) {
        return List.of(new Insn(RET_K, 0, 0, value));
    }

    /// `yes` when the accumulator compares, else `no`. Jumps that are too far for eight bits go by way of a `ja`.
    static List<Insn> branch(int code, int k, List<Insn> yes, List<Insn> no) {
        List<Insn> all = new ArrayList<>(yes.size() + no.size() + 2);
        if (no.size() <= MAX_SHORT_JUMP) {
            all.add(new Insn(code, no.size(), 0, k));
        } else {
            all.add(new Insn(code, 0, 1, k));
            all.add(new Insn(JA, 0, 0, no.size()));
        }
        all.addAll(no);
        all.addAll(yes);
        return all;
    }

    static List<Insn> after(Insn first, List<Insn> rest) {
        List<Insn> all = new ArrayList<>(rest.size() + 1);
        all.add(first);
        all.addAll(rest);
        return all;
    }

    /// An array of `struct sock_filter`: u16 code, u8 jt, u8 jf, u32 k, in the order of a little-endian machine.
    static byte[] encode(List<Insn> code) {
        if (code.size() > MAX_INSTRUCTIONS) {
            throw new IllegalArgumentException(code.size() + " instructions");
        }
        ByteBuffer out = ByteBuffer.allocate(code.size() * 8).order(ByteOrder.LITTLE_ENDIAN);
        for (Insn i : code) {
            out.putShort((short) i.code()).put((byte) i.jt()).put((byte) i.jf()).putInt(i.k());
        }
        return out.array();
    }
}
