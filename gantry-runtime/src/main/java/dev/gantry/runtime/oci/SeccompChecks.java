package dev.gantry.runtime.oci;

import static dev.gantry.runtime.oci.SpecChecks.at;

import dev.gantry.runtime.seccomp.SeccompSpec;
import java.util.List;
import java.util.Set;

/// Refuses what makes no sense below `linux.seccomp`, by its place in the document.
final class SeccompChecks {
    private static final Set<String> ACTIONS = Set.of(
            "SCMP_ACT_KILL",
            "SCMP_ACT_KILL_PROCESS",
            "SCMP_ACT_KILL_THREAD",
            "SCMP_ACT_TRAP",
            "SCMP_ACT_ERRNO",
            "SCMP_ACT_TRACE",
            "SCMP_ACT_ALLOW",
            "SCMP_ACT_LOG",
            "SCMP_ACT_NOTIFY");
    private static final Set<String> OPERATORS = Set.of(
            "SCMP_CMP_NE",
            "SCMP_CMP_LT",
            "SCMP_CMP_LE",
            "SCMP_CMP_EQ",
            "SCMP_CMP_GE",
            "SCMP_CMP_GT",
            "SCMP_CMP_MASKED_EQ");

    private SeccompChecks() {}

    static void check(SeccompSpec spec) {
        action("linux.seccomp.defaultAction", spec.defaultAction());
        for (int i = 0; i < spec.architectures().size(); i++) {
            if (!spec.architectures().get(i).startsWith("SCMP_ARCH_")) {
                throw at(
                        "linux.seccomp.architectures[" + i + "]",
                        "there is no architecture " + spec.architectures().get(i),
                        "write for example SCMP_ARCH_X86_64");
            }
        }
        for (int i = 0; i < spec.syscalls().size(); i++) {
            rule("linux.seccomp.syscalls[" + i + "]", spec.syscalls().get(i));
        }
    }

    private static void rule(String path, SeccompSpec.Rule rule) {
        if (rule.names().isEmpty() || rule.names().contains("")) {
            throw at(path + ".names", "a rule without a system call says nothing", "name one");
        }
        action(path + ".action", rule.action());
        List<SeccompSpec.Arg> args = rule.args();
        for (int i = 0; i < args.size(); i++) {
            SeccompSpec.Arg arg = args.get(i);
            String here = path + ".args[" + i + "]";
            if (arg.index() < 0 || arg.index() > 5) {
                throw at(here + ".index", "arguments go from 0 to 5, not to " + arg.index(), "correct it");
            }
            if (!OPERATORS.contains(arg.op())) {
                throw at(
                        here + ".op",
                        "there is no comparison " + arg.op(),
                        "use SCMP_CMP_NE, LT, LE, EQ, GE, GT or MASKED_EQ");
            }
            SpecChecks.unsigned64(here + ".value", arg.value());
            SpecChecks.unsigned64(here + ".valueTwo", arg.valueTwo());
        }
    }

    private static void action(String path, String action) {
        if (!ACTIONS.contains(action)) {
            throw at(
                    path,
                    "there is no action " + (action.isEmpty() ? "without a name" : action),
                    "use one of SCMP_ACT_ALLOW, ERRNO, LOG, TRACE, TRAP, KILL_PROCESS, KILL_THREAD");
        }
    }
}
