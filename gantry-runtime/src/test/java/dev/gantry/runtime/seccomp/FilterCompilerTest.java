package dev.gantry.runtime.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FilterCompilerTest {
    private static final SyscallTable TABLE = SyscallTable.load();
    private static final Set<String> DOCKER_CAPS = Set.of("CAP_CHOWN", "CAP_SYS_CHROOT", "CAP_MKNOD");
    private static final long[] INTERESTING = {
        0,
        1,
        2,
        8,
        16,
        40,
        0x20008,
        0xffffffffL,
        0x7E020000L,
        0x10000000L,
        1L << 32,
        (1L << 32) | 40,
        -1L,
        Long.MIN_VALUE,
        0x1234_5678_9abc_def0L
    };

    @Test
    void theDefaultProfileDecidesAsItsRulesSay() {
        for (Set<String> caps : List.of(DOCKER_CAPS, Set.<String>of(), Set.of("CAP_SYS_ADMIN", "CAP_SYS_PTRACE"))) {
            SeccompSpec spec = standard(caps, Abi.X86_64);
            compareWithRules(spec, Abi.X86_64, Abi.X86_64, Abi.X86, Abi.X32);
            compareWithRules(standard(caps, Abi.AARCH64), Abi.AARCH64, Abi.AARCH64, Abi.ARM);
        }
    }

    @Test
    void theDefaultFilterIsShort() {
        BpfMachine machine = machine(standard(DOCKER_CAPS, Abi.X86_64), Abi.X86_64);
        int worst = 0;
        for (int nr = 0; nr < 470; nr++) {
            machine.run(Abi.X86_64.audit(), nr, 0, 0, 0, 0, 0, 0);
            worst = Math.max(worst, machine.executed());
        }
        assertThat(machine.length()).isLessThan(700);
        assertThat(worst).isLessThan(30);
    }

    @Test
    void clone3AnswersThatItDoesNotExistUnlessTheContainerIsAdministrator() {
        assertThat(decide(standard(DOCKER_CAPS, Abi.X86_64), 435)).isEqualTo(SeccompAction.errno(38));
        assertThat(decide(standard(Set.of("CAP_SYS_ADMIN"), Abi.X86_64), 435)).isEqualTo(SeccompAction.ALLOW);
    }

    @Test
    void aCallOfAnotherProcessorKills() {
        BpfMachine machine = machine(standard(DOCKER_CAPS, Abi.X86_64), Abi.X86_64);
        assertThat(machine.run(Abi.AARCH64.audit(), 0, 0, 0, 0, 0, 0, 0)).isEqualTo(SeccompAction.KILL_PROCESS);
    }

    @Test
    void withoutX32ItsCallsKillButASkippedCallDoesNot() {
        SeccompSpec spec = spec("SCMP_ACT_ERRNO", List.of(), rule("SCMP_ACT_ALLOW", List.of(), "read"));
        assertThat(decide(spec, 0x40000000)).isEqualTo(SeccompAction.KILL_PROCESS);
        assertThat(decide(spec, -1)).isEqualTo(SeccompAction.errno(1));
    }

    @Test
    void aCallNewerThanAllRulesAnswersThatItDoesNotExist() {
        assertThat(decide(standard(DOCKER_CAPS, Abi.X86_64), 600)).isEqualTo(SeccompAction.errno(38));
    }

    @Test
    void onX86ASocketRuleAlsoGuardsSocketcall() {
        SeccompSpec spec =
                spec("SCMP_ACT_ALLOW", List.of("SCMP_ARCH_X86"), rule("SCMP_ACT_ERRNO", List.of(), "socket"));
        BpfMachine machine = machine(spec, Abi.X86_64);
        assertThat(machine.run(Abi.X86.audit(), 102, 1, 0, 0, 0, 0, 0)).isEqualTo(SeccompAction.errno(1));
        assertThat(machine.run(Abi.X86.audit(), 102, 2, 0, 0, 0, 0, 0)).isEqualTo(SeccompAction.ALLOW);
        assertThat(machine.run(Abi.X86.audit(), 359, 1, 0, 0, 0, 0, 0)).isEqualTo(SeccompAction.errno(1));
    }

    @Test
    void jumpsFartherThan255InstructionsArrive() {
        List<SeccompSpec.Rule> rules = new ArrayList<>();
        String[] names = {"read", "write", "open", "close", "stat", "fstat", "poll", "lseek", "mmap", "brk"};
        for (int i = 0; i < 400; i++) {
            rules.add(rule(
                    "SCMP_ACT_ALLOW", List.of(arg(i % 6, "SCMP_CMP_EQ", 1L << (i % 63), 0)), names[i % names.length]));
        }
        SeccompSpec spec = spec("SCMP_ACT_ERRNO", List.of(), rules.toArray(SeccompSpec.Rule[]::new));
        assertThat(machine(spec, Abi.X86_64).length()).isGreaterThan(1000);
        compareWithRules(spec, Abi.X86_64, Abi.X86_64);
    }

    @Test
    void tooManyRulesAreRefusedInWords() {
        List<SeccompSpec.Rule> rules = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            rules.add(rule("SCMP_ACT_ALLOW", List.of(arg(0, "SCMP_CMP_EQ", i, 0)), "read"));
        }
        SeccompSpec spec = spec("SCMP_ACT_ERRNO", List.of(), rules.toArray(SeccompSpec.Rule[]::new));
        assertThatThrownBy(() -> machine(spec, Abi.X86_64))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("the kernel takes 4096");
    }

    @Test
    void nonsenseIsRefused() {
        for (SeccompSpec spec : List.of(
                spec("SCMP_ACT_DANCE", List.of()),
                spec("SCMP_ACT_ALLOW", List.of(), rule("SCMP_ACT_DANCE", List.of(), "read")),
                spec("SCMP_ACT_ALLOW", List.of(), rule("SCMP_ACT_ERRNO", List.of(arg(6, "SCMP_CMP_EQ", 0, 0)), "read")),
                spec(
                        "SCMP_ACT_ALLOW",
                        List.of(),
                        rule("SCMP_ACT_ERRNO", List.of(arg(0, "SCMP_CMP_", 0, 0)), "read")))) {
            assertThatThrownBy(() -> machine(spec, Abi.X86_64)).isInstanceOf(InvalidArgument.class);
        }
    }

    @Test
    void anyProfileDecidesAsItsRulesSay() {
        long seed = Long.getLong("gantry.seed", System.nanoTime());
        Random random = new Random(seed);
        System.out.println("seccomp profiles of seed " + seed);
        List<String> names = List.of(
                "read",
                "write",
                "socket",
                "clone",
                "personality",
                "ipc",
                "socketcall",
                "bind",
                "semget",
                "openat2",
                "mmap2",
                "cacheflush",
                "nonesuch");
        List<String> ops = List.of(
                "SCMP_CMP_EQ",
                "SCMP_CMP_NE",
                "SCMP_CMP_LT",
                "SCMP_CMP_LE",
                "SCMP_CMP_GT",
                "SCMP_CMP_GE",
                "SCMP_CMP_MASKED_EQ");
        List<String> actions = List.of("SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_LOG", "SCMP_ACT_KILL_PROCESS");
        for (int round = 0; round < 60; round++) {
            List<SeccompSpec.Rule> rules = new ArrayList<>();
            for (int r = random.nextInt(12); r >= 0; r--) {
                List<SeccompSpec.Arg> args = new ArrayList<>();
                for (int a = random.nextInt(4); a > 0; a--) {
                    args.add(arg(
                            random.nextInt(3),
                            ops.get(random.nextInt(ops.size())),
                            INTERESTING[random.nextInt(INTERESTING.length)],
                            INTERESTING[random.nextInt(INTERESTING.length)]));
                }
                rules.add(rule(
                        actions.get(random.nextInt(actions.size())),
                        args,
                        names.get(random.nextInt(names.size())),
                        names.get(random.nextInt(names.size()))));
            }
            SeccompSpec.Rule[] all = rules.toArray(SeccompSpec.Rule[]::new);
            String otherwise = actions.get(random.nextInt(actions.size()));
            compareWithRules(
                    spec(otherwise, List.of("SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_MIPS"), all),
                    Abi.X86_64,
                    Abi.X86_64,
                    Abi.X86,
                    Abi.X32);
            compareWithRules(spec(otherwise, List.of("SCMP_ARCH_ARM"), all), Abi.AARCH64, Abi.AARCH64, Abi.ARM);
        }
    }

    private static void compareWithRules(SeccompSpec spec, Abi machineAbi, Abi... abis) {
        BpfMachine machine = machine(spec, machineAbi);
        NaiveFilter naive = new NaiveFilter(spec);
        for (Abi abi : abis) {
            int bit = abi == Abi.X32 ? Abi.X32_BIT : 0;
            for (int nr = 0; nr <= 600; nr++) {
                for (long value : INTERESTING) {
                    // The kernel widens the arguments of a 32-bit caller with zeros.
                    long v = abi == Abi.X86 || abi == Abi.ARM ? value & 0xffffffffL : value;
                    int got = machine.run(abi.audit(), nr | bit, v, v ^ 1, v, 40, 0, 0);
                    int want = naive.decide(abi, nr | bit, v, v ^ 1, v, 40, 0, 0);
                    if (got != want) {
                        assertThat(Integer.toHexString(got))
                                .as("%s call %d with %x", abi, nr, v)
                                .isEqualTo(Integer.toHexString(want));
                    }
                }
            }
        }
    }

    static SeccompSpec standard(Set<String> caps, Abi abi) {
        return SeccompProfile.standard().resolve(new SeccompProfile.Target(caps, abi, 6, 18));
    }

    static BpfMachine machine(SeccompSpec spec, Abi abi) {
        return new BpfMachine(FilterCompiler.compile(TABLE, spec, abi));
    }

    private static int decide(SeccompSpec spec, int number) {
        return machine(spec, Abi.X86_64).run(Abi.X86_64.audit(), number, 0, 0, 0, 0, 0, 0);
    }

    private static SeccompSpec spec(String action, List<String> abis, SeccompSpec.Rule... rules) {
        return new SeccompSpec(action, null, abis, List.of(), "", "", List.of(rules));
    }

    private static SeccompSpec.Rule rule(String action, List<SeccompSpec.Arg> args, String... names) {
        return new SeccompSpec.Rule(List.of(names), action, null, args);
    }

    private static SeccompSpec.Arg arg(int index, String op, long value, long two) {
        return new SeccompSpec.Arg(index, unsigned(value), unsigned(two), op);
    }

    private static BigInteger unsigned(long value) {
        return new BigInteger(Long.toUnsignedString(value));
    }
}
