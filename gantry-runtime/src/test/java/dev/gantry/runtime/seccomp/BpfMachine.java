package dev.gantry.runtime.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Runs a filter as the kernel would: the interpreter that the tests decide with.
final class BpfMachine {
    private final byte[] program;
    private int executed;

    BpfMachine(byte[] program) {
        this.program = program;
    }

    int length() {
        return program.length / 8;
    }

    /// How many instructions the last run took.
    int executed() {
        return executed;
    }

    int run(int audit, int number, long... args) {
        ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt(number).putInt(audit).putLong(0x1234);
        for (long a : args) {
            data.putLong(a);
        }
        ByteBuffer code = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        int a = 0;
        int pc = 0;
        executed = 0;
        while (true) {
            executed++;
            int op = code.getShort(pc * 8) & 0xffff;
            int jt = code.get(pc * 8 + 2) & 0xff;
            int jf = code.get(pc * 8 + 3) & 0xff;
            int k = code.getInt(pc * 8 + 4);
            pc++;
            switch (op) {
                case Bpf.LD_W_ABS -> a = data.getInt(k);
                case Bpf.AND_K -> a &= k;
                case Bpf.JA -> pc += k;
                case Bpf.JEQ_K -> pc += a == k ? jt : jf;
                case Bpf.JGT_K -> pc += Integer.compareUnsigned(a, k) > 0 ? jt : jf;
                case Bpf.JGE_K -> pc += Integer.compareUnsigned(a, k) >= 0 ? jt : jf;
                case Bpf.RET_K -> {
                    return k;
                }
                default -> throw new AssertionError("instruction " + op + " at " + (pc - 1));
            }
        }
    }
}
