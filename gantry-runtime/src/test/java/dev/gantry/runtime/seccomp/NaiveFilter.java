package dev.gantry.runtime.seccomp;

import java.math.BigInteger;
import java.util.List;

/// Decides by reading the rules from the top, with no cleverness at all: what the compiled filter is held against.
final class NaiveFilter {
    private final SyscallTable table = SyscallTable.load();
    private final SeccompSpec spec;

    NaiveFilter(SeccompSpec spec) {
        this.spec = spec;
    }

    int decide(Abi abi, int number, long... args) {
        Integer always = null;
        for (SeccompSpec.Rule rule : spec.syscalls()) {
            int action = SeccompAction.of(rule.action(), rule.errnoRet());
            for (String name : rule.names()) {
                if (matchesDirect(abi, number, name)) {
                    if (rule.args().isEmpty()) {
                        always = always == null ? Integer.valueOf(action) : always;
                    } else if (holds(abi, rule.args(), args)) {
                        return action;
                    }
                }
                var way = Multiplexed.of(abi, name);
                if (way.isPresent()
                        && table.number(abi, way.get().call()).getAsInt() == number
                        && (int) args[0] == way.get().code()) {
                    return action;
                }
            }
        }
        int otherwise = SeccompAction.of(spec.defaultAction(), spec.defaultErrnoRet());
        if (always != null) {
            return always;
        }
        boolean newer = SeccompAction.isErrno(otherwise) && number != -1 && isNewer(abi, number);
        return newer ? SeccompAction.errno(38) : otherwise;
    }

    private boolean isNewer(Abi abi, int number) {
        long newest = -1;
        for (SeccompSpec.Rule rule : spec.syscalls()) {
            for (String name : rule.names()) {
                int its = table.number(abi, name).orElse(-1);
                newest = abi == Abi.ARM && its >= 0xF0000 ? newest : Math.max(newest, its);
                var way = Multiplexed.of(abi, name);
                if (way.isPresent()) {
                    newest =
                            Math.max(newest, table.number(abi, way.get().call()).getAsInt());
                }
            }
        }
        return newest >= 0 && Integer.toUnsignedLong(number) > newest;
    }

    private boolean matchesDirect(Abi abi, int number, String name) {
        var n = table.number(abi, name);
        return n.isPresent() && n.getAsInt() == number;
    }

    private static boolean holds(Abi abi, List<SeccompSpec.Arg> conditions, long... args) {
        long different =
                conditions.stream().map(SeccompSpec.Arg::index).distinct().count();
        return different < conditions.size()
                ? conditions.stream().anyMatch(c -> holds(abi, c, args))
                : conditions.stream().allMatch(c -> holds(abi, c, args));
    }

    private static boolean holds(Abi abi, SeccompSpec.Arg c, long... args) {
        BigInteger most = BigInteger.ONE.shiftLeft(abi.narrow() ? 32 : 64).subtract(BigInteger.ONE);
        BigInteger arg = new BigInteger(Long.toUnsignedString(args[c.index()])).and(most);
        BigInteger value = c.value().and(most);
        return switch (c.op()) {
            case "SCMP_CMP_EQ" -> arg.equals(value);
            case "SCMP_CMP_NE" -> !arg.equals(value);
            case "SCMP_CMP_LT" -> arg.compareTo(value) < 0;
            case "SCMP_CMP_LE" -> arg.compareTo(value) <= 0;
            case "SCMP_CMP_GT" -> arg.compareTo(value) > 0;
            case "SCMP_CMP_GE" -> arg.compareTo(value) >= 0;
            case "SCMP_CMP_MASKED_EQ" -> arg.and(value).equals(c.valueTwo().and(value));
            default -> throw new AssertionError(c.op());
        };
    }
}
