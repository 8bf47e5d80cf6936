package dev.gantry.runtime.seccomp;

import dev.gantry.base.InvalidArgument;
import dev.gantry.runtime.seccomp.Bpf.Insn;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/// Conditions on the arguments of a call, as code. Arguments are compared unsigned, the upper word first; where they
/// have 32 bits only the lower words are.
final class Comparison {
    private static final int ARGS = 16; // struct seccomp_data, <linux/seccomp.h>

    // Where a jump of a comparison goes, before the distance is known.
    private static final int PASS = -1;
    private static final int FAIL = -2;
    private static final int NEXT = 0;

    private Comparison() {}

    /// Returns `action` when all of `args` hold; else goes on behind this code.
    static List<Insn> all(List<SeccompSpec.Arg> args, boolean narrow, int action) {
        List<List<Insn>> tests = args.stream().map(a -> test(a, narrow)).toList();
        int length = 1 + tests.stream().mapToInt(List::size).sum();
        List<Insn> code = new ArrayList<>(length);
        for (List<Insn> test : tests) {
            int passed = code.size() + test.size();
            for (Insn i : test) {
                int next = code.size() + 1;
                code.add(new Insn(
                        i.code(), jump(i.jt(), next, passed, length), jump(i.jf(), next, passed, length), i.k()));
            }
        }
        code.addAll(Bpf.ret(action));
        return code;
    }

    /// Six comparisons of five instructions: the distance always fits into eight bits.
    private static int jump(int target, int next, int passed, int failed) {
        return switch (target) {
            case PASS -> passed - next;
            case FAIL -> failed - next;
            default -> target;
        };
    }

    private static List<Insn> test(SeccompSpec.Arg arg, boolean narrow) {
        if (arg.index() < 0 || arg.index() > 5) {
            throw new InvalidArgument(
                    "compile the seccomp filter",
                    "a system call has arguments 0 to 5, and a rule names " + arg.index(),
                    "correct the index");
        }
        long value = unsigned64(arg, arg.value());
        int at = ARGS + 8 * arg.index();
        return switch (arg.op()) {
            case "SCMP_CMP_EQ" -> equal(at, value, narrow, PASS, FAIL);
            case "SCMP_CMP_NE" -> equal(at, value, narrow, FAIL, PASS);
            case "SCMP_CMP_GT" -> ordered(Bpf.JGT_K, at, value, narrow, PASS, FAIL);
            case "SCMP_CMP_GE" -> ordered(Bpf.JGE_K, at, value, narrow, PASS, FAIL);
            case "SCMP_CMP_LE" -> ordered(Bpf.JGT_K, at, value, narrow, FAIL, PASS);
            case "SCMP_CMP_LT" -> ordered(Bpf.JGE_K, at, value, narrow, FAIL, PASS);
            // What the mask does not cover of the second value is passed over, as libseccomp does.
            case "SCMP_CMP_MASKED_EQ" -> masked(at, value, unsigned64(arg, arg.valueTwo()) & value, narrow);
            default ->
                throw new InvalidArgument(
                        "compile the seccomp filter",
                        "there is no comparison " + arg.op(),
                        "use SCMP_CMP_NE, LT, LE, EQ, GE, GT or MASKED_EQ");
        };
    }

    private static long unsigned64(SeccompSpec.Arg arg, BigInteger value) {
        if (value.signum() < 0 || value.bitLength() > 64) {
            throw new InvalidArgument(
                    "compile the seccomp filter",
                    value + " of argument " + arg.index() + " is not an unsigned 64-bit number",
                    "correct the value");
        }
        return value.longValue();
    }

    private static List<Insn> equal(int at, long value, boolean narrow, int same, int other) {
        List<Insn> code = new ArrayList<>();
        if (!narrow) {
            code.add(Bpf.load(at + 4));
            code.add(new Insn(Bpf.JEQ_K, NEXT, other, upper(value)));
        }
        code.add(Bpf.load(at));
        code.add(new Insn(Bpf.JEQ_K, same, other, (int) value));
        return code;
    }

    private static List<Insn> ordered(int code, int at, long value, boolean narrow, int yes, int no) {
        List<Insn> all = new ArrayList<>();
        if (!narrow) {
            all.add(Bpf.load(at + 4));
            all.add(new Insn(Bpf.JGT_K, yes, NEXT, upper(value)));
            all.add(new Insn(Bpf.JEQ_K, NEXT, no, upper(value)));
        }
        all.add(Bpf.load(at));
        all.add(new Insn(code, yes, no, (int) value));
        return all;
    }

    private static List<Insn> masked(int at, long mask, long value, boolean narrow) {
        List<Insn> code = new ArrayList<>();
        if (!narrow && upper(mask) != 0) {
            code.add(Bpf.load(at + 4));
            code.add(new Insn(Bpf.AND_K, 0, 0, upper(mask)));
            code.add(new Insn(Bpf.JEQ_K, NEXT, FAIL, upper(value)));
        }
        code.add(Bpf.load(at));
        code.add(new Insn(Bpf.AND_K, 0, 0, (int) mask));
        code.add(new Insn(Bpf.JEQ_K, PASS, FAIL, (int) value));
        return code;
    }

    private static int upper(long value) {
        return (int) (value >>> 32);
    }
}
