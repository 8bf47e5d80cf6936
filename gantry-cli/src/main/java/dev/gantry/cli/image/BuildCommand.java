package dev.gantry.cli.image;

import dev.gantry.api.build.Parcel;
import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.JsonLines;
import dev.gantry.api.client.Request;
import dev.gantry.api.client.Response;
import dev.gantry.api.container.Ulimit;
import dev.gantry.api.image.Progress;
import dev.gantry.base.Unavailable;
import dev.gantry.cli.Caller;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.flag.Ulimits;
import dev.gantry.cli.format.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Builds an image of a Dockerfile, or of a Java project.
public final class BuildCommand implements Command {
    private static final List<String> NUMBERS = List.of("cpu-period", "cpu-quota", "cpu-shares");
    private static final List<String> SIZES = List.of("memory", "memory-swap", "shm-size");

    private final Command run;

    /// @param run runs a container, to build Java projects in one
    public BuildCommand(Command run) {
        this.run = run;
    }

    @Override
    public CommandLine line() {
        return new CommandLine(
                        "build", "DIRECTORY|URL|-", "Build an image of a Dockerfile, or of a Java project without one")
                .list("add-host", "name:address", "Further line of /etc/hosts while it is built")
                .list("build-arg", "name=value", "Value of an ARG; a name alone takes the caller's")
                .list("cache-from", "cache", "What steps have made elsewhere: NAME or type=registry,ref=NAME")
                .list("cache-to", "cache", "Tell it others: type=registry,ref=NAME[,mode=max][,ignore-error=true]")
                .text("cpu-period", "microseconds", "Period of the processor quota of each RUN")
                .text("cpu-quota", "microseconds", "What a RUN may use of it")
                .list(
                        "build-context",
                        "name=where",
                        "Further directory, docker-image://NAME, or address, for COPY --from")
                .toggle("check", "Say what rules find in the Dockerfile, and build nothing")
                .text('c', "cpu-shares", "weight", "Share of the processors among busy containers")
                .text("cpuset-cpus", "list", "Processors of each RUN, such as 0-3")
                .text("cpuset-mems", "list", "Memory nodes of each RUN")
                .toggle("disable-content-trust", "Nothing is signed yet, so this changes nothing")
                .text('f', "file", "path", "The Dockerfile, also outside the directory, or - for standard input")
                .toggle("force-rm", "No container stays in any case")
                .text("iidfile", "file", "Write the image's id to this file")
                .list(
                        "java",
                        "name=value",
                        "Of a project of Maven or Gradle: base, main, jvm, port, …; see docs/java.md")
                .list("label", "key=value", "Label of the image")
                .text('m', "memory", "bytes", "Most memory of each RUN")
                .text("memory-swap", "bytes", "The same with swap; -1 is no limit")
                .text("metadata-file", "file", "Write what was made to this file, as JSON")
                .text("network", "mode", "Network of each RUN: default, host or none")
                .toggle("no-cache", "Run each step again")
                .list(
                        'o',
                        "output",
                        "dest",
                        "Give a directory, - or type=tar|local|docker|oci,dest=… in place of an image")
                .toggle("plan", "Say what would be done, and do nothing")
                .text("platform", "os/arch", "Platform of the image")
                .toggle("print-dockerfile", "Print what a project of Maven or Gradle becomes, and make no image")
                .toggle("pull", "Ask registries for newer base images")
                .toggle('q', "quiet", "Print only the image's id")
                .toggle("rm", "No container stays in any case")
                .list("secret", "id=name,src=file", "What RUN --mount=type=secret sees; env=VARIABLE in place of src")
                .text("shm-size", "bytes", "Size of /dev/shm of each RUN")
                .list('t', "tag", "name[:tag]", "Name of the image")
                .text("target", "stage", "Build this stage")
                .list("ulimit", "name=soft[:hard]", "Limit of setrlimit(2) for each RUN")
                .notYet(List.of("cgroup-parent", "compress", "isolation", "security-opt", "squash"))
                .takes(1, 1)
                .example("gantry build -t my-image:1 .")
                .example("gantry build -t my-app --java base=eclipse-temurin:25-jre a-maven-project")
                .example("gantry build -o out --secret id=token,env=TOKEN https://github.com/me/it.git#main")
                .example("gantry build -f docker/Dockerfile --target test --build-arg VERSION=2 .");
    }

    @Override
    public int run(Invocation call) throws IOException {
        Parsed args = call.args();
        Request parameters =
                Credentials.attachAll(parameters(args, call.caller().environment()), call.caller());
        boolean isJava = JavaContext.isMeant(args, call.caller());
        if (args.on("print-dockerfile")) {
            return new JavaContext(call, run).print(isJava);
        }
        BuildOutput output = BuildOutput.of(args);
        BuildContext context = isJava ? new JavaContext(call, run).context() : BuildContext.of(args, call.caller());
        BuildInputs inputs = BuildInputs.of(args, call.caller());
        if (output.isArchive() && output.dest().equals("-") && call.caller().isTerminal(Caller.Stream.OUT)) {
            throw args.wrong("standard output is a terminal: name a file with dest=");
        }
        try (InputStream _ = context.tar()) {
            if (args.isGiven("iidfile")) {
                write(call, "iidfile", ""); // that of an older build does not stay
            }
            Request request =
                    parameters.with("dockerfile", context.dockerfile()).with("remote", context.remote());
            Outcome outcome = built(call, request, context, output, inputs);
            int code = outcome.end(call, id -> write(call, "iidfile", id));
            if (code == 0 && args.isGiven("metadata-file")) {
                write(call, "metadata-file", metadata(args, outcome.id()));
            }
            return code;
        }
    }

    private static Outcome built(
            Invocation call, Request request, BuildContext context, BuildOutput output, BuildInputs inputs) {
        Outcome outcome = new Outcome();
        // What the build gives may be standard output.
        Consumer<String> shown =
                output.dest().equals("-") ? text -> show(call.caller().err(), text) : call::printRaw;
        Consumer<Progress> lines = line -> outcome.take(line, call.args().on("quiet") ? null : shown);
        boolean plain = output.isImage() && inputs.isEmpty();
        try (Response response = plain
                ? call.engine().build(request, context.tar())
                : call.engine().buildParcel(request.with("output", output.wire()), parcel(call, context, inputs))) {
            if (plain) {
                JsonLines.read(response.body(), Progress.class, lines);
            } else {
                new BuildAnswer(call.caller(), output, lines).read(response.body(), outcome::hasFailed);
            }
            return outcome;
        } catch (IOException e) {
            throw new Unavailable(
                    "build the image", String.valueOf(e.getMessage()), "build it again: what was done is kept", e);
        }
    }

    private static InputStream parcel(Invocation call, BuildContext context, BuildInputs inputs) {
        List<InputStream> own = context.remote().isEmpty() ? List.of(context.tar()) : List.of();
        return Parcel.of(inputs.parts(own, call.caller()));
    }

    private static void show(OutputStream out, String text) {
        try {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String metadata(Parsed args, String id) {
        Map<String, Object> metadata = new LinkedHashMap<>();
        if (!id.isEmpty()) {
            metadata.put("containerimage.config.digest", id);
        }
        if (!args.list("tag").isEmpty()) {
            metadata.put("image.name", String.join(",", args.list("tag")));
        }
        return Json.indent(Json.write(metadata), "  ") + "\n";
    }

    private static void write(Invocation call, String flag, String text) throws IOException {
        try (OutputStream file = call.caller().replace(call.args().text(flag))) {
            file.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static Request parameters(Parsed args, Map<String, String> environment) {
        Request request = EngineClient.buildRequest()
                .with("target", args.text("target"))
                .with("platform", args.text("platform"))
                .with("networkmode", args.text("network"))
                .with("nocache", args.on("no-cache"))
                .with("pull", args.on("pull"))
                .with("q", args.on("quiet"))
                .with("cpusetcpus", args.text("cpuset-cpus"))
                .with("cpusetmems", args.text("cpuset-mems"))
                .with("buildargs", object(arguments(args, environment)))
                .with("labels", object(pairs(args.list("label"))))
                .with("cachefrom", array(args.list("cache-from")))
                .with("cacheto", array(args.list("cache-to")))
                .with("extrahosts", array(hosts(args)))
                .with("ulimits", array(ulimits(args)));
        for (String tag : args.list("tag")) {
            request = request.with("t", tag);
        }
        for (String name : NUMBERS) {
            long number = args.number(name).orElse(0L);
            request = request.with(name.replace("-", ""), number == 0 ? "" : Long.toString(number));
        }
        for (String name : SIZES) {
            long bytes = args.bytes(name);
            String parameter = name.equals("memory-swap") ? "memswap" : name.replace("-", "");
            request = request.with(parameter, bytes == 0 ? "" : Long.toString(bytes));
        }
        return request;
    }

    private static Map<String, Object> arguments(Parsed args, Map<String, String> environment) {
        List<String> known = new ArrayList<>();
        for (String argument : args.list("build-arg")) {
            if (argument.startsWith("=")) {
                throw args.wrong("--build-arg needs a name, not '" + argument + "'");
            }
            if (argument.contains("=")) {
                known.add(argument);
            } else if (environment.containsKey(argument)) {
                known.add(argument + "=" + environment.get(argument));
            }
        }
        return pairs(known);
    }

    private static Map<String, Object> pairs(List<String> texts) {
        Map<String, Object> pairs = new LinkedHashMap<>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            pairs.put(equals < 0 ? text : text.substring(0, equals), equals < 0 ? "" : text.substring(equals + 1));
        }
        return pairs;
    }

    private static List<Object> hosts(Parsed args) {
        List<Object> hosts = new ArrayList<>();
        for (String host : args.list("add-host")) {
            String line = host.replaceFirst("=", ":");
            if (line.indexOf(':') < 1 || line.endsWith(":")) {
                throw args.wrong("--add-host is name:address, not '" + host + "'");
            }
            hosts.add(line);
        }
        return hosts;
    }

    private static List<Object> ulimits(Parsed args) {
        List<Object> limits = new ArrayList<>();
        for (Ulimit u : Ulimits.of(args)) {
            limits.add(Map.of("Name", u.name(), "Soft", u.soft(), "Hard", u.hard()));
        }
        return limits;
    }

    private static String object(Map<String, Object> map) {
        return map.isEmpty() ? "" : Json.write(map);
    }

    private static String array(List<?> list) {
        return list.isEmpty() ? "" : Json.write(list);
    }
}
