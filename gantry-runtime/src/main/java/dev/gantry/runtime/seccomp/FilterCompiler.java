package dev.gantry.runtime.seccomp;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import dev.gantry.runtime.seccomp.Bpf.Insn;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/// Compiles what a filter shall decide into classic BPF.
///
/// A call of an ABI that the filter does not name kills the process. For the others, the calls are sorted by number,
/// runs of neighbours with the same decision are joined, and a binary search finds the run: about eight comparisons for
/// Docker's default profile. Of several rules for one call, those with conditions are asked first, in their order; one
/// without conditions decides what is left. Where the default is an error, calls newer than the newest one
/// that the rules name answer ENOSYS, so that programs fall back to older ones as they do on an older kernel.
final class FilterCompiler {
    // struct seccomp_data, <linux/seccomp.h>
    private static final int NR = 0;
    private static final int ARCH = 4;

    private static final int ENOSYS = 38; // <asm-generic/errno.h>
    private static final int NO_CALL = -1; // what a tracer sets to skip a call

    private static final long ARM_PRIVATE = 0xF0000; // __ARM_NR_BASE, <asm/unistd.h>

    private final SyscallTable table;
    private final SeccompSpec spec;
    private final int otherwise;

    private FilterCompiler(SyscallTable table, SeccompSpec spec) {
        this.table = table;
        this.spec = spec;
        this.otherwise = SeccompAction.of(spec.defaultAction(), spec.defaultErrnoRet());
    }

    /// The filter of `spec` for a machine whose own ABI is `nativeAbi`, which is always among those it knows.
    static byte[] compile(SyscallTable table, SeccompSpec spec, Abi nativeAbi) {
        List<Insn> code = new FilterCompiler(table, spec).program(nativeAbi);
        if (code.size() > Bpf.MAX_INSTRUCTIONS) {
            throw new Unsupported(
                    "compile the seccomp filter",
                    "it has " + code.size() + " instructions, and the kernel takes " + Bpf.MAX_INSTRUCTIONS,
                    "use fewer rules with arguments");
        }
        return Bpf.encode(code);
    }

    private List<Insn> program(Abi nativeAbi) {
        Set<Abi> abis = abis(nativeAbi);
        List<Insn> code = Bpf.ret(SeccompAction.KILL_PROCESS);
        // The native one is compared first, so it is put before the others.
        List<Abi> order = new ArrayList<>(abis);
        order.remove(nativeAbi);
        order.add(nativeAbi);
        for (Abi abi : order) {
            if (abi == Abi.X32) {
                continue; // with X86_64, whose audit value it has
            }
            code = Bpf.branch(Bpf.JEQ_K, abi.audit(), Bpf.after(Bpf.load(NR), calls(abi, abis)), code);
        }
        return Bpf.after(Bpf.load(ARCH), code);
    }

    private Set<Abi> abis(Abi nativeAbi) {
        Set<Abi> abis = EnumSet.of(nativeAbi);
        for (String name : spec.architectures()) {
            // Of another processor: no process here can use it, so there is nothing to compile.
            Abi.named(name).filter(a -> runsOn(a, nativeAbi)).ifPresent(abis::add);
        }
        return abis;
    }

    private static boolean runsOn(Abi abi, Abi nativeAbi) {
        return (nativeAbi == Abi.AARCH64) == (abi == Abi.AARCH64 || abi == Abi.ARM);
    }

    private List<Insn> calls(Abi abi, Set<Abi> abis) {
        TreeMap<Long, List<Insn>> starts = starts(abi);
        if (abi == Abi.X86_64) {
            if (abis.contains(Abi.X32)) {
                starts.putAll(starts(Abi.X32));
            } else {
                starts.put((long) Abi.X32_BIT, Bpf.ret(SeccompAction.KILL_PROCESS));
                starts.put(Integer.toUnsignedLong(NO_CALL), Bpf.ret(otherwise));
            }
        }
        List<Map.Entry<Long, List<Insn>>> runs = new ArrayList<>();
        for (Map.Entry<Long, List<Insn>> e : starts.entrySet()) {
            if (runs.isEmpty() || !runs.getLast().getValue().equals(e.getValue())) {
                runs.add(e);
            }
        }
        return search(runs);
    }

    /// A binary search by the first number of each run; the number is in the accumulator.
    private static List<Insn> search(List<Map.Entry<Long, List<Insn>>> runs) {
        if (runs.size() == 1) {
            return runs.getFirst().getValue();
        }
        int middle = runs.size() / 2;
        return Bpf.branch(
                Bpf.JGE_K,
                (int) (long) runs.get(middle).getKey(),
                search(runs.subList(middle, runs.size())),
                search(runs.subList(0, middle)));
    }

    /// What is decided from which number on, until the next one. Always begins with 0, or the x32 bit.
    private TreeMap<Long, List<Insn>> starts(Abi abi) {
        TreeMap<Long, Decision> decisions = new TreeMap<>();
        for (SeccompSpec.Rule rule : spec.syscalls()) {
            int action = SeccompAction.of(rule.action(), rule.errnoRet());
            for (String name : rule.names()) {
                add(decisions, abi, name, action, rule.args());
            }
        }
        long first = abi == Abi.X32 ? Abi.X32_BIT : 0;
        TreeMap<Long, List<Insn>> starts = new TreeMap<>();
        starts.put(first, Bpf.ret(otherwise));
        decisions.forEach((number, decision) -> {
            starts.put(number, decision.code(otherwise));
            if (!decisions.containsKey(number + 1)) {
                starts.put(number + 1, Bpf.ret(otherwise));
            }
        });
        OptionalLong newest = newest(decisions, abi);
        if (SeccompAction.isErrno(otherwise) && newest.isPresent()) {
            starts.put(newest.getAsLong() + 1, Bpf.ret(SeccompAction.errno(ENOSYS)));
            starts.put(Integer.toUnsignedLong(NO_CALL), Bpf.ret(otherwise));
        }
        return starts;
    }

    /// The numbers private to 32-bit arm lie far above all others and say nothing of a kernel's age.
    private static OptionalLong newest(TreeMap<Long, Decision> decisions, Abi abi) {
        Long newest = decisions.lowerKey(abi == Abi.ARM ? ARM_PRIVATE : Long.MAX_VALUE);
        return newest == null ? OptionalLong.empty() : OptionalLong.of(newest);
    }

    private void add(TreeMap<Long, Decision> to, Abi abi, String name, int action, List<SeccompSpec.Arg> args) {
        if (name.isEmpty()) {
            throw new InvalidArgument(
                    "compile the seccomp filter", "a rule has an empty system call name", "remove the empty name");
        }
        OptionalInt number = table.number(abi, name);
        if (number.isPresent()) {
            Decision decision =
                    to.computeIfAbsent(Integer.toUnsignedLong(number.getAsInt()), _ -> new Decision(abi.narrow()));
            decision.add(action, args);
        }
        Multiplexed.of(abi, name).ifPresent(way -> {
            int call = table.number(abi, way.call()).orElseThrow();
            SeccompSpec.Arg which =
                    new SeccompSpec.Arg(0, BigInteger.valueOf(way.code()), BigInteger.ZERO, "SCMP_CMP_EQ");
            to.computeIfAbsent((long) call, _ -> new Decision(true)).add(action, List.of(which));
        });
    }

    /// What the rules say of one call.
    private static final class Decision {
        private final boolean narrow;
        private final List<Conditional> conditional = new ArrayList<>();
        private OptionalInt always = OptionalInt.empty();

        Decision(boolean narrow) {
            this.narrow = narrow;
        }

        /// As the other runtimes do: of two conditions on the same argument either is enough, else all must hold.
        void add(int action, List<SeccompSpec.Arg> args) {
            Set<Integer> indexes = new HashSet<>();
            args.forEach(a -> indexes.add(a.index()));
            if (args.isEmpty()) {
                if (always.isEmpty()) {
                    always = OptionalInt.of(action);
                }
            } else if (indexes.size() < args.size()) {
                args.forEach(a -> conditional.add(new Conditional(action, List.of(a))));
            } else {
                conditional.add(new Conditional(action, args));
            }
        }

        List<Insn> code(int otherwise) {
            int last = always.orElse(otherwise);
            int needed = conditional.size();
            while (needed > 0 && conditional.get(needed - 1).action == last) {
                needed--;
            }
            List<Insn> code = new ArrayList<>();
            for (Conditional c : conditional.subList(0, needed)) {
                code.addAll(Comparison.all(c.args, narrow, c.action));
            }
            code.addAll(Bpf.ret(last));
            return code;
        }
    }

    private record Conditional(int action, List<SeccompSpec.Arg> args) {}
}
