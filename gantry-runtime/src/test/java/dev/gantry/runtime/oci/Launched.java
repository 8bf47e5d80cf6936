package dev.gantry.runtime.oci;

import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.PlanCodec;
import dev.gantry.runtime.plan.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Real containers for the tests of this package: a busybox root, `gantry-shim launch`, and a clean host afterwards.
final class Launched implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final Path scratch;
    private final HostFacts host;
    private final String cgroup = "gantry-test-oci-" + ProcessHandle.current().pid() + "/" + NUMBER.incrementAndGet();
    private LaunchPlan plan = new LaunchPlan(List.of());

    Launched(Path scratch, HostFacts host) throws IOException, InterruptedException {
        this.scratch = scratch;
        this.host = host;
        Path bin = Files.createDirectories(scratch.resolve("lower/bin"));
        Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
        bin.resolve("busybox").toFile().setExecutable(true, false);
        for (String applet :
                List.of("sh", "cat", "ls", "id", "true", "hostname", "stat", "sleep", "readlink", "head")) {
            Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
        }
        for (String dir : List.of("upper", "work", "attach")) {
            Files.createDirectories(scratch.resolve(dir));
        }
    }

    /// Why this machine cannot run them; empty when it can.
    static String obstacle() {
        if (!Files.isExecutable(shim())) {
            return "the shim is not built at " + shim();
        }
        if (!Files.isExecutable(Path.of("/bin/busybox"))) {
            return "busybox-static is not installed";
        }
        try {
            String effective = Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(l -> l.startsWith("CapEff:"))
                    .findFirst()
                    .orElseThrow();
            long caps = Long.parseUnsignedLong(effective.substring(7).strip(), 16);
            return (caps & Capabilities.mask(List.of("CAP_SYS_ADMIN"))) == 0 ? "this process may not make mounts" : "";
        } catch (IOException e) {
            return "no /proc";
        }
    }

    static Path shim() {
        return Path.of(System.getProperty("gantry.shim", "target/shim/gantry-shim"));
    }

    Path lower() {
        return scratch.resolve("lower");
    }

    String cgroup() {
        return cgroup;
    }

    LaunchContext context() {
        return context(cgroup);
    }

    LaunchContext context(String group) {
        return new LaunchContext(
                host,
                new LaunchContext.Root.Overlay(
                        List.of(lower().toString()),
                        scratch.resolve("upper").toString(),
                        scratch.resolve("work").toString()),
                scratch.resolve("attach").toString(),
                group,
                LaunchContext.WatchOptions.NONE);
    }

    /// What a shell script in the container says, standard output and error together.
    String sh(SpecBuilder builder, String script) throws IOException, InterruptedException {
        return run(builder.args(List.of("/bin/sh", "-c", script)).build(), context());
    }

    String run(RuntimeSpec spec, LaunchContext context) throws IOException, InterruptedException {
        plan = new PlanCompiler().compile(spec, context);
        return launch(plan);
    }

    /// The output until the last process of the container has closed it.
    String launch(LaunchPlan plan) throws IOException, InterruptedException {
        Process process = start(plan);
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        process.waitFor(20, TimeUnit.SECONDS);
        return output;
    }

    /// Through `cat`, since the JVM stops reading when its own child ends, which launch soon does.
    Process start(LaunchPlan plan) throws IOException {
        this.plan = this.plan.steps().isEmpty() ? plan : this.plan;
        Path file = scratch.resolve("plan-" + NUMBER.incrementAndGet());
        Files.write(file, PlanCodec.encode(plan));
        return new ProcessBuilder(
                        "/bin/sh",
                        "-c",
                        "\"$0\" launch 4 4<\"$1\" 3>\"$2\" 2>&1 | cat",
                        shim().toAbsolutePath().toString(),
                        file.toString(),
                        scratch.resolve("pid").toString())
                .redirectErrorStream(true)
                .start();
    }

    /// Launch says it when the program runs.
    long pid() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (Files.size(scratch.resolve("pid")) == 0 && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(2);
        }
        return Long.parseLong(Files.readString(scratch.resolve("pid")).strip());
    }

    void use(LaunchPlan container) {
        plan = container;
    }

    /// Removes the groups, which are empty once the output has ended and the last process is reaped.
    @Override
    public void close() throws IOException, InterruptedException {
        for (Step step : plan.steps()) {
            if (step instanceof Step.CgroupRemove remove) {
                Path group = Path.of(remove.path());
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
                while (Files.exists(group) && !group.toFile().delete()) {
                    if (System.nanoTime() > end) {
                        throw new AssertionError("group " + group + " is still in use");
                    }
                    TimeUnit.MILLISECONDS.sleep(2);
                }
                group.getParent().toFile().delete();
            }
        }
    }
}
