package dev.gantry.runtime.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Our filters decide as those of libseccomp, which other runtimes use.
class LibseccompTest {
    private static final long[] INTERESTING = {
        0, 1, 8, 40, 0x20000, 0x20008, 0xffffffffL, 0x7E020000L, 0x10000000L, 1L << 32, (1L << 32) | 40, -1L
    };

    @TempDir
    Path scratch;

    private Path oracle;

    @BeforeEach
    void compileTheOracle() throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/include/seccomp.h")), "libseccomp-dev is not installed");
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "the oracle is asked on x86-64 only");
        oracle = scratch.resolve("oracle");
        Path source = scratch.resolve("oracle.c");
        try (InputStream in = LibseccompTest.class.getResourceAsStream("oracle.c")) {
            Files.write(source, in.readAllBytes());
        }
        Process cc;
        try {
            cc = new ProcessBuilder("cc", "-o", oracle.toString(), source.toString(), "-lseccomp").start();
        } catch (java.io.IOException e) {
            assumeTrue(false, "there is no C compiler");
            return;
        }
        assertThat(cc.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(cc.exitValue()).isZero();
    }

    @Test
    void theDefaultProfileDecidesTheSame() throws Exception {
        for (Set<String> caps : List.of(
                Set.of("CAP_CHOWN", "CAP_SYS_CHROOT"), Set.<String>of(), Set.of("CAP_SYS_ADMIN", "CAP_SYS_TIME"))) {
            compare(FilterCompilerTest.standard(caps, Abi.X86_64));
        }
    }

    private void compare(SeccompSpec asked) throws Exception {
        Set<String> unknown = new HashSet<>();
        BpfMachine theirs = ask(asked, unknown);
        // Calls that are newer than the library are not compared.
        SeccompSpec spec = without(asked, unknown);
        BpfMachine ours = FilterCompilerTest.machine(spec, Abi.X86_64);
        int compared = 0;
        for (Abi abi : List.of(Abi.X86_64, Abi.X86, Abi.X32)) {
            int bit = abi == Abi.X32 ? Abi.X32_BIT : 0;
            for (int nr = 0; nr <= 600; nr++) {
                for (long value : INTERESTING) {
                    long v = abi == Abi.X86 ? value & 0xffffffffL : value;
                    int got = ours.run(abi.audit(), nr | bit, v, v, 0, 0, 0, 0);
                    int want = theirs.run(abi.audit(), nr | bit, v, v, 0, 0, 0, 0);
                    boolean newer = got == SeccompAction.errno(38) && want == SeccompAction.errno(1) && nr > 449;
                    if (got != want && !newer) {
                        assertThat(Integer.toHexString(got))
                                .as("%s call %d with %x", abi, nr, v)
                                .isEqualTo(Integer.toHexString(want));
                    }
                    compared++;
                }
            }
        }
        System.out.println("seccomp: " + compared + " decisions are libseccomp's; " + ours.length()
                + " instructions, its " + theirs.length());
    }

    private BpfMachine ask(SeccompSpec spec, Set<String> unknown) throws Exception {
        StringBuilder text = new StringBuilder();
        text.append("default ")
                .append(Integer.toUnsignedString(action(spec.defaultAction(), spec.defaultErrnoRet())))
                .append('\n');
        // <seccomp.h>: SCMP_ARCH_X86, SCMP_ARCH_X32
        text.append("arch ")
                .append(0x40000003L)
                .append("\narch ")
                .append(0x4000003EL)
                .append('\n');
        for (SeccompSpec.Rule rule : spec.syscalls()) {
            for (String name : rule.names()) {
                text.append("rule ").append(Integer.toUnsignedString(action(rule.action(), rule.errnoRet())));
                text.append(' ').append(name).append(' ').append(rule.args().size());
                for (SeccompSpec.Arg arg : rule.args()) {
                    text.append(' ')
                            .append(arg.index())
                            .append(' ')
                            .append(arg.op().substring(9));
                    text.append(' ').append(arg.value()).append(' ').append(arg.valueTwo());
                }
                text.append('\n');
            }
        }
        Path in = Files.writeString(scratch.resolve("in"), text);
        Path out = scratch.resolve("out");
        Path err = scratch.resolve("err");
        Process process = new ProcessBuilder(oracle.toString())
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        unknown.addAll(Files.readAllLines(err, StandardCharsets.UTF_8));
        return new BpfMachine(Files.readAllBytes(out));
    }

    /// The library's constants are the kernel's but for these.
    private static int action(String name, Long errnoRet) {
        Map<String, Integer> same = Map.of("SCMP_ACT_ALLOW", SeccompAction.ALLOW, "SCMP_ACT_KILL", 0);
        return same.containsKey(name) ? same.get(name) : SeccompAction.of(name, errnoRet);
    }

    private static SeccompSpec without(SeccompSpec spec, Set<String> names) {
        List<SeccompSpec.Rule> rules = spec.syscalls().stream()
                .map(r -> new SeccompSpec.Rule(
                        r.names().stream().filter(n -> !names.contains(n)).toList(),
                        r.action(),
                        r.errnoRet(),
                        r.args()))
                .toList();
        return new SeccompSpec(
                spec.defaultAction(), spec.defaultErrnoRet(), spec.architectures(), List.of(), "", "", rules);
    }
}
