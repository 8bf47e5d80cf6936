package dev.gantry.cli.system;

import dev.gantry.api.client.Request;
import dev.gantry.api.system.Info;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.format.Json;
import dev.gantry.cli.format.Listing;
import dev.gantry.cli.format.Template;
import dev.gantry.cli.format.Words;
import java.util.List;

/// Tells what the engine is and what this host lets it do.
public final class InfoCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("info", "", "Show what the engine is and what its host can do")
                .text('f', "format", "template", "Print with a Go template, or 'json'")
                .takes(0, 0);
    }

    @Override
    public int run(Invocation call) {
        String format = call.args().text("format");
        if (!format.isEmpty()) {
            String json = call.engine().raw(Request.get("/info")).strip();
            call.print(
                    format.equals("json")
                            ? json
                            : Template.parse(Listing.unescape(format)).render(Inspection.fields(Json.read(json))));
            return 0;
        }
        Info info = call.engine().info();
        StringBuilder text = new StringBuilder();
        line(
                text,
                "Containers",
                info.containers() + " (running " + info.containersRunning() + ", paused " + info.containersPaused()
                        + ", stopped " + info.containersStopped() + ")");
        line(text, "Images", Integer.toString(info.images()));
        line(text, "Engine version", info.serverVersion());
        line(text, "Snapshots", info.driver());
        for (List<String> status : info.driverStatus()) {
            if (status.size() == 2) {
                line(text, "  " + status.getFirst(), status.getLast());
            }
        }
        line(text, "Log driver", info.loggingDriver());
        line(text, "Cgroups", "version " + info.cgroupVersion() + ", " + info.cgroupDriver());
        line(text, "Runtime", info.defaultRuntime());
        line(text, "Security", String.join(", ", info.securityOptions()));
        line(text, "Rootless", rootless(info));
        line(text, "Kernel", info.kernelVersion());
        line(text, "Operating system", info.operatingSystem());
        line(text, "Architecture", info.architecture());
        line(text, "CPUs", Integer.toString(info.ncpu()));
        line(text, "Memory", Words.binarySize(info.memTotal()));
        line(text, "Name", info.name());
        line(text, "Data root", info.dockerRootDir());
        call.printRaw(text.toString());
        List<String> warnings = info.warnings();
        if (warnings != null) {
            warnings.forEach(w -> call.note("gantry: warning: " + w));
        }
        return 0;
    }

    /// Empty for the host's own engine.
    private static String rootless(Info info) {
        return info.securityOptions().stream()
                .filter(o -> o.startsWith("name=rootless"))
                .map(o -> "network by " + o.replaceFirst(".*network=", ""))
                .findFirst()
                .orElse("");
    }

    private static void line(StringBuilder text, String name, String value) {
        if (!value.isEmpty()) {
            text.append(name)
                    .append(": ")
                    .repeat(' ', Math.max(0, 18 - name.length()))
                    .append(value)
                    .append('\n');
        }
    }
}
