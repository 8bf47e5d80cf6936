package dev.gantry.cli.container;

import dev.gantry.api.container.ContainerConfig;
import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.HostConfig;
import dev.gantry.api.container.LogConfig;
import dev.gantry.api.container.RestartPolicy;
import dev.gantry.api.json.Empty;
import dev.gantry.cli.Caller;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.flag.Ulimits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The flags that `run` and `create` share, and what they ask of the engine.
final class RunFlags {
    /// Flags of the docker client which the engine cannot honour yet; named so that nobody thinks of a typing error.
    private static final List<String> NOT_YET =
            List.of("isolation", "kernel-memory", "storage-opt", "use-api-socket", "disable-content-trust");

    private RunFlags() {}

    static CommandLine addTo(CommandLine line) {
        return RareFlags.addTo(NetworkFlags.addTo(line))
                .list("add-host", "name:address", "Add a line to /etc/hosts")
                .list('a', "attach", "stream", "Attach stdin, stdout or stderr only")
                .list("cap-add", "name", "Add a capability")
                .list("cap-drop", "name", "Drop a capability, or ALL")
                .text("cgroupns", "mode", "Cgroup namespace: private or host")
                .text("cidfile", "file", "Write the container's id to this new file")
                .text("cpu-period", "microseconds", "Length of a CPU quota's period")
                .text("cpu-quota", "microseconds", "CPU time in each period")
                .text('c', "cpu-shares", "weight", "Share of CPU time among busy containers")
                .text("cpus", "number", "How many CPUs' worth of time, such as 0.5")
                .text("cpuset-cpus", "list", "Run on these CPUs only, such as 0-3,7")
                .text("cpuset-mems", "list", "Use the memory of these nodes only")
                .list("device", "device", "A device of the host, /dev/x[:/dev/y[:rwm]], or vendor.com/class=name")
                .list("dns", "address", "Ask this name server")
                .list("dns-option", "option", "Option of resolv.conf(5)")
                .alsoCalled("dns-option", "dns-opt")
                .list("dns-search", "domain", "Complete names with this domain")
                .text("domainname", "name", "NIS domain name")
                .text("entrypoint", "command", "Run this instead of the image's entrypoint")
                .list('e', "env", "name[=value]", "Set a variable; a name alone takes the caller's value")
                .list("env-file", "file", "Set the variables of a file")
                .list("group-add", "group", "Add a group to the process")
                .text("health-cmd", "command", "Command for a shell in the container that checks its health")
                .text("health-interval", "duration", "Time between checks, such as 30s")
                .text("health-retries", "number", "How many failures in a row make it unhealthy")
                .text("health-start-interval", "duration", "Time between checks while it starts")
                .text("health-start-period", "duration", "How long it may start before failures count")
                .text("health-timeout", "duration", "How long a check may take")
                .toggle("no-healthcheck", "Do not run the image's checks")
                .text('h', "hostname", "name", "Host name inside the container")
                .toggle("init", "Run a small init that forwards signals and reaps processes")
                .toggle('i', "interactive", "Keep standard input open")
                .text("ipc", "mode", "IPC namespace: private, shareable, none, host, container:NAME")
                .list('l', "label", "key=value", "Set a label")
                .list("label-file", "file", "Set the labels of a file")
                .text(
                        "log-driver",
                        "name",
                        "Where output is logged: json-file, local, syslog, gelf, fluentd, journald, none")
                .list("log-opt", "key=value", "Option of the log driver, such as max-size=10m")
                .text('m', "memory", "bytes", "Memory limit, such as 512m")
                .text("memory-reservation", "bytes", "Memory to fall back to under pressure")
                .text("memory-swap", "bytes", "Limit of memory and swap together, -1 for none")
                .list("mount", "options", "Mount: type=bind|volume|image|tmpfs,source=…,target=…[,readonly]")
                .text("name", "name", "Name of the container")
                .text("oom-score-adj", "number", "How ready the kernel is to kill it, -1000 to 1000")
                .text("pid", "mode", "PID namespace: host or container:NAME")
                .text("pids-limit", "number", "Most processes and threads, -1 for any")
                .text("platform", "os/arch", "Platform of the image")
                .text("pull", "when", "Pull the image: always, missing or never")
                .toggle('q', "quiet", "Do not show the progress of a pull")
                .toggle("read-only", "Mount the root file system read-only")
                .text("restart", "policy", "Start again: no, always, unless-stopped, on-failure[:times]")
                .toggle("rm", "Remove the container when it ends")
                .text("runtime", "name", "OCI runtime to use")
                .list("security-opt", "option", "seccomp=FILE|unconfined, no-new-privileges, …")
                .text("shm-size", "bytes", "Size of /dev/shm")
                .text("stop-signal", "signal", "Signal that stops the container")
                .text("stop-timeout", "seconds", "How long to wait before it is killed")
                .list("sysctl", "key=value", "Set a kernel parameter of its namespaces")
                .list("tmpfs", "path[:options]", "Mount a tmpfs")
                .toggle('t', "tty", "Give it a terminal")
                .list("ulimit", "name=soft[:hard]", "Limit of setrlimit(2)")
                .text('u', "user", "user[:group]", "User and group, by name or number")
                .text("userns", "mode", "User namespace: host")
                .text("uts", "mode", "UTS namespace: host")
                .list('v', "volume", "[source:]path[:options]", "Mount a volume, or a path of the host; options: ro, …")
                .text("volume-driver", "name", "Driver of new volumes: local, or a plugin")
                .list("volumes-from", "container[:ro]", "Mount what this container has mounted")
                .text('w', "workdir", "path", "Working directory")
                .notYet(NOT_YET)
                .stopsAtArgument()
                .takes(1, Integer.MAX_VALUE);
    }

    /// `attached` tells whether the caller stays: a detached container has no streams attached.
    static CreateRequest request(Parsed args, Caller caller, boolean attached) {
        return CreateRequest.of(config(args, caller, attached), host(args, caller))
                .with(NetworkFlags.networking(args));
    }

    private static ContainerConfig config(Parsed args, Caller caller, boolean attached) {
        List<String> command = args.arguments().subList(1, args.arguments().size());
        boolean in = args.on("interactive");
        List<String> attach =
                args.list("attach").stream().map(String::toLowerCase).toList();
        for (String stream : attach) {
            if (!List.of("stdin", "stdout", "stderr").contains(stream)) {
                throw args.wrong("--attach is stdin, stdout or stderr, not '" + stream + "'");
            }
        }
        boolean all = attached && attach.isEmpty();
        boolean attachStdin = (all && in) || (attached && attach.contains("stdin"));
        return ContainerConfig.builder()
                .image(args.argument(0))
                .cmd(command.isEmpty() ? null : command)
                .entrypoint(entrypoint(args))
                .hostname(args.text("hostname"))
                .domainname(args.text("domainname"))
                .user(args.text("user"))
                .workingDir(args.text("workdir"))
                .tty(args.on("tty"))
                .openStdin(in)
                .attachStdin(attachStdin)
                .attachStdout(all || (attached && attach.contains("stdout")))
                .attachStderr(all || (attached && attach.contains("stderr")))
                .stdinOnce(in && attachStdin)
                .env(Variables.of(args, caller))
                .volumes(Mounts.places(args))
                .exposedPorts(exposed(args))
                .healthcheck(HealthFlags.of(args))
                .labels(Variables.labels(args, caller))
                .stopSignal(orNull(args.text("stop-signal")))
                .stopTimeout(args.number("stop-timeout").map(Long::intValue).orElse(null))
                .build();
    }

    private static @Nullable Map<String, Empty> exposed(Parsed args) {
        Map<String, Empty> ports = Publish.of(args).exposed();
        return ports.isEmpty() ? null : ports;
    }

    /// `--entrypoint ""` takes the image's away.
    private static @Nullable List<String> entrypoint(Parsed args) {
        return args.isGiven("entrypoint") ? List.of(args.text("entrypoint")) : null;
    }

    private static HostConfig host(Parsed args, Caller caller) {
        List<String> security = args.list("security-opt");
        boolean systemPaths = security.contains("systempaths=unconfined");
        Devices devices = Devices.of(args.list("device"), args.text("gpus"));
        HostConfig.Builder host = HostConfig.builder()
                .devices(devices.mappings())
                .deviceRequests(devices.requests().isEmpty() ? null : devices.requests())
                .autoRemove(args.on("rm"))
                .binds(orNull(Mounts.binds(args, caller)))
                .volumeDriver(args.text("volume-driver"))
                .volumesFrom(orNull(args.list("volumes-from")))
                .mounts(orNull(Mounts.mounts(args, caller)))
                .tmpfs(Mounts.tmpfs(args))
                .capAdd(orNull(args.list("cap-add")))
                .capDrop(orNull(args.list("cap-drop")))
                .groupAdd(orNull(args.list("group-add")))
                .readonlyRootfs(args.on("read-only"))
                .securityOpt(orNull(Security.options(security, args, caller)))
                .maskedPaths(systemPaths ? List.of() : null)
                .readonlyPaths(systemPaths ? List.of() : null)
                .extraHosts(orNull(hosts(args)))
                .dns(orNull(args.list("dns")))
                .dnsOptions(orNull(args.list("dns-option")))
                .dnsSearch(orNull(args.list("dns-search")))
                .cgroupnsMode(args.text("cgroupns"))
                .ipcMode(args.text("ipc"))
                .pidMode(args.text("pid"))
                .utsMode(args.text("uts"))
                .usernsMode(args.text("userns"))
                .sysctls(pairsOrNull(args, "sysctl"))
                .logConfig(new LogConfig(args.text("log-driver"), pairs(args, "log-opt")))
                .restartPolicy(restart(args))
                .runtime(orNull(args.text("runtime")))
                .containerIdFile(args.text("cidfile"))
                .init(args.isGiven("init") ? args.on("init") : null);
        if (args.on("rm") && !restart(args).name().equals("no")) {
            throw args.wrong("--rm and --restart exclude each other");
        }
        if (args.on("tty") && caller.isTerminal(Caller.Stream.OUT)) {
            Caller.Size size = caller.terminal().size();
            host.consoleSize(List.of(size.rows(), size.columns()));
        }
        limits(args, host);
        RareFlags.host(args, host);
        return NetworkFlags.host(args, host).build();
    }

    /// `name:address`, or `name=address`, which is easier to read with an IPv6 address.
    private static List<String> hosts(Parsed args) {
        List<String> hosts = new ArrayList<>();
        for (String text : args.list("add-host")) {
            int split = text.indexOf('=') >= 0 ? text.indexOf('=') : text.indexOf(':');
            if (split <= 0 || split == text.length() - 1) {
                throw args.wrong("--add-host is name:address, not '" + text + "'");
            }
            String address = text.substring(split + 1);
            boolean bracketed = address.startsWith("[") && address.endsWith("]");
            hosts.add(text.substring(0, split) + ":"
                    + (bracketed ? address.substring(1, address.length() - 1) : address));
        }
        return hosts;
    }

    private static void limits(Parsed args, HostConfig.Builder host) {
        liveLimits(args, host)
                .shmSize(args.bytes("shm-size"))
                .oomScoreAdj(args.number("oom-score-adj").map(Long::intValue).orElse(0))
                .ulimits(Ulimits.of(args));
    }

    /// Those that can change while a container runs.
    static HostConfig.Builder liveLimits(Parsed args, HostConfig.Builder host) {
        return host.memory(args.bytes("memory"))
                .memoryReservation(args.bytes("memory-reservation"))
                .memorySwap(args.bytes("memory-swap"))
                .nanoCpus(args.nanos("cpus"))
                .cpuShares(args.number("cpu-shares").orElse(0L))
                .cpuPeriod(args.number("cpu-period").orElse(0L))
                .cpuQuota(args.number("cpu-quota").orElse(0L))
                .cpusetCpus(args.text("cpuset-cpus"))
                .cpusetMems(args.text("cpuset-mems"))
                .pidsLimit(args.number("pids-limit").orElse(null));
    }

    static RestartPolicy restart(Parsed args) {
        String policy = args.text("restart");
        int colon = policy.indexOf(':');
        String name = colon < 0 ? policy : policy.substring(0, colon);
        int most = 0;
        if (colon >= 0) {
            try {
                most = Integer.parseInt(policy.substring(colon + 1));
            } catch (NumberFormatException _) {
                throw args.wrong(
                        "--restart on-failure:TIMES needs a number, not '" + policy.substring(colon + 1) + "'");
            }
            if (!name.equals("on-failure")) {
                throw args.wrong("--restart " + name + " takes no number");
            }
        }
        return switch (name) {
            case "", "no" -> RestartPolicy.NEVER;
            case "always", "unless-stopped", "on-failure" -> new RestartPolicy(name, most);
            default -> throw args.wrong("--restart is no, always, unless-stopped or on-failure, not '" + name + "'");
        };
    }

    /// The pairs `key=value` of a repeated flag.
    static Map<String, String> pairs(Parsed args, String flag) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : args.list(flag)) {
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                throw args.wrong("--" + flag + " is key=value, not '" + pair + "'");
            }
            pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return pairs;
    }

    private static @Nullable Map<String, String> pairsOrNull(Parsed args, String flag) {
        return args.isGiven(flag) ? pairs(args, flag) : null;
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static <T> @Nullable List<T> orNull(List<T> list) {
        return list.isEmpty() ? null : new ArrayList<>(list);
    }
}
