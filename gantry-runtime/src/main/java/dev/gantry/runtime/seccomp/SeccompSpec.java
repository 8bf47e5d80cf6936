package dev.gantry.runtime.seccomp;

import io.avaje.jsonb.Json;
import java.math.BigInteger;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// `linux.seccomp` of OCI runtime-spec 1.2 §config-linux "Seccomp": what a filter shall decide, with no conditions on
/// the host left.
@Json
public record SeccompSpec(
        @Json.Property("defaultAction") String defaultAction,
        @Json.Property("defaultErrnoRet") @Nullable Long defaultErrnoRet,
        @Json.Property("architectures") List<String> architectures,
        @Json.Property("flags") List<String> flags,
        @Json.Property("listenerPath") String listenerPath,
        @Json.Property("listenerMetadata") String listenerMetadata,
        @Json.Property("syscalls") List<Rule> syscalls) {

    public SeccompSpec {
        defaultAction = defaultAction == null ? "" : defaultAction;
        architectures = architectures == null ? List.of() : List.copyOf(architectures);
        flags = flags == null ? List.of() : List.copyOf(flags);
        listenerPath = listenerPath == null ? "" : listenerPath;
        listenerMetadata = listenerMetadata == null ? "" : listenerMetadata;
        syscalls = syscalls == null ? List.of() : List.copyOf(syscalls);
    }

    /// By hand, as in `Bpf.Insn`: filters are kept by what they were compiled from.
    @Override
    public boolean equals(Object o) {
        return o instanceof SeccompSpec s
                && s.defaultAction.equals(defaultAction)
                && Objects.equals(s.defaultErrnoRet, defaultErrnoRet)
                && s.architectures.equals(architectures)
                && s.flags.equals(flags)
                && s.listenerPath.equals(listenerPath)
                && s.listenerMetadata.equals(listenerMetadata)
                && s.syscalls.equals(syscalls);
    }

    @Override
    public int hashCode() {
        return defaultAction.hashCode() * 31 + syscalls.hashCode();
    }

    /// One action for some system calls, when all of `args` hold.
    @Json
    public record Rule(
            @Json.Property("names") List<String> names,
            @Json.Property("action") String action,
            @Json.Property("errnoRet") @Nullable Long errnoRet,
            @Json.Property("args") List<Arg> args) {
        public Rule {
            names = names == null ? List.of() : List.copyOf(names);
            action = action == null ? "" : action;
            args = args == null ? List.of() : List.copyOf(args);
        }

        @Override
        public boolean equals(Object o) {
            return o == this
                    || o instanceof Rule r
                            && r.action.equals(action)
                            && Objects.equals(r.errnoRet, errnoRet)
                            && r.names.equals(names)
                            && r.args.equals(args);
        }

        @Override
        public int hashCode() {
            return names.hashCode() * 31 + action.hashCode();
        }
    }

    /// A condition on one argument: an unsigned 64-bit comparison. For `SCMP_CMP_MASKED_EQ`, `value` is the mask and
    /// `valueTwo` what must be left.
    @Json
    public record Arg(
            @Json.Property("index") int index,
            @Json.Property("value") BigInteger value,
            @Json.Property("valueTwo") BigInteger valueTwo,
            @Json.Property("op") String op) {
        public Arg {
            value = value == null ? BigInteger.ZERO : value;
            valueTwo = valueTwo == null ? BigInteger.ZERO : valueTwo;
            op = op == null ? "" : op;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Arg a
                    && a.index == index
                    && a.op.equals(op)
                    && a.value.equals(value)
                    && a.valueTwo.equals(valueTwo);
        }

        @Override
        public int hashCode() {
            return index * 31 + value.hashCode();
        }
    }
}
