package dev.gantry.engine;

import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.WaitCondition;
import dev.gantry.engine.exec.ExecSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/// Where the time of one short container goes. Run by hand: `main` with a directory and a number of runs.
final class EngineBench {
    private static final int WARM = Integer.getInteger("warm", 100);

    private EngineBench() {}

    public static void main(String[] args) {
        int runs = Integer.parseInt(args[1]);
        boolean rm = args.length > 2;
        var engine = TestEngine.start(Path.of(args[0]));
        long[][] phases = new long[5][runs];
        long cpu0 = 0;
        long group0 = 0;
        for (int i = -WARM; i < runs; i++) {
            if (i == 0) {
                cpu0 = own();
                group0 = groups(engine);
            }
            long t0 = System.nanoTime();
            var c = engine.containers()
                    .create(
                            "",
                            ContainerSpec.of("dir:" + engine.image)
                                    .network(ContainerSpec.Network.NONE)
                                    .args("true")
                                    .memoryBytes(64 << 20)
                                    .pidsLimit(100)
                                    .autoRemove(rm)
                                    .build());
            long t1 = System.nanoTime();
            var end = engine.containers().expect(c.id(), rm ? WaitCondition.REMOVED : WaitCondition.NEXT_EXIT);
            engine.containers().start(c.id());
            long t2 = System.nanoTime();
            end.within(Duration.ofSeconds(10)).orElseThrow();
            long t3 = System.nanoTime();
            if (!rm) {
                engine.containers().remove(c.id(), false);
            }
            long t4 = System.nanoTime();
            if (i >= 0) {
                phases[0][i] = t1 - t0;
                phases[1][i] = t2 - t1;
                phases[2][i] = t3 - t2;
                phases[3][i] = t4 - t3;
                phases[4][i] = t4 - t0;
            }
        }
        System.out.printf(
                "processor time per run: this process %.2f ms, watches and containers %.2f ms%n",
                (own() - cpu0) / 1e6 / runs, (groups(engine) - group0) / 1e6 / runs);
        String[] names = {"create", "start", "wait", "remove", "all"};
        for (int p = 0; p < 5; p++) {
            print(names[p], phases[p]);
        }
        var c = engine.started(engine.spec("sleep", "1000"));
        long[] execs = new long[runs];
        for (int i = -50; i < runs; i++) {
            long t0 = System.nanoTime();
            var e = engine.gantry.execs().create(c.id(), ExecSpec.of("true"));
            engine.gantry.execs().startDetached(e.id(), 0, 0);
            engine.gantry.execs().await(e.id(), Duration.ofSeconds(10));
            if (i >= 0) {
                execs[i] = System.nanoTime() - t0;
            }
        }
        print("exec", execs);
        engine.close();
    }

    private static long own() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }

    private static long groups(TestEngine engine) {
        try {
            return Long.parseLong(
                    Files.readString(Path.of("/sys/fs/cgroup/cpuacct", engine.options.cgroup(), "cpuacct.usage"))
                            .strip());
        } catch (IOException e) {
            return 0;
        }
    }

    private static void print(String name, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                "%-7s median %.2f ms  p90 %.2f  p99 %.2f%n",
                name,
                nanos[nanos.length / 2] / 1e6,
                nanos[nanos.length * 9 / 10] / 1e6,
                nanos[nanos.length * 99 / 100] / 1e6);
    }
}
