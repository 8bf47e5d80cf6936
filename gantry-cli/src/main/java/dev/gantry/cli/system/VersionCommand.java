package dev.gantry.cli.system;

import dev.gantry.api.client.EngineError;
import dev.gantry.api.client.Request;
import dev.gantry.api.system.Version;
import dev.gantry.api.system.VersionComponent;
import dev.gantry.base.Unavailable;
import dev.gantry.cli.Command;
import dev.gantry.cli.Gantry;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.format.Json;
import dev.gantry.cli.format.Listing;
import dev.gantry.cli.format.Template;
import java.util.LinkedHashMap;
import java.util.Map;

/// Tells the versions of this client and of the engine; the client's also when the engine does not answer.
public final class VersionCommand implements Command {
    private static final String API_VERSION = "1.50";

    @Override
    public CommandLine line() {
        return new CommandLine("version", "", "Show the versions of client and engine")
                .text('f', "format", "template", "Print with a Go template, or 'json'")
                .takes(0, 0);
    }

    @Override
    public int run(Invocation call) {
        String format = call.args().text("format");
        try {
            if (format.isEmpty()) {
                call.printRaw(clientPart());
                call.printRaw(serverPart(call.engine().version()));
                return 0;
            }
            Map<String, Object> both = new LinkedHashMap<>();
            both.put("Client", client());
            both.put("Server", Json.read(call.engine().raw(Request.get("/version"))));
            call.print(
                    format.equals("json")
                            ? Json.write(both)
                            : Template.parse(Listing.unescape(format)).render(both));
            return 0;
        } catch (Unavailable e) {
            call.note("gantry: " + e.getMessage());
        } catch (EngineError e) {
            call.note("gantry: " + e.getMessage());
        }
        return 1;
    }

    private static Map<String, Object> client() {
        Map<String, Object> client = new LinkedHashMap<>();
        client.put("Version", Gantry.VERSION);
        client.put("ApiVersion", API_VERSION);
        client.put("Os", "linux");
        client.put("Arch", dev.gantry.base.Platform.host().architecture());
        return client;
    }

    private static String clientPart() {
        return "Client:\n" + line("Version", Gantry.VERSION) + line("API version", API_VERSION)
                + line("OS/Arch", "linux/" + dev.gantry.base.Platform.host().architecture());
    }

    private static String serverPart(Version v) {
        StringBuilder text = new StringBuilder("\nServer: " + v.platform().name() + "\n");
        text.append(line("Version", v.version()));
        text.append(line("API version", v.apiVersion() + " (minimum version " + v.minApiVersion() + ")"));
        text.append(line("OS/Arch", v.os() + "/" + v.arch()));
        if (v.kernelVersion() != null) {
            text.append(line("Kernel", v.kernelVersion()));
        }
        for (VersionComponent c : v.components()) {
            if (!c.name().equals("Engine")) {
                text.append(line(c.name(), c.version()));
            }
        }
        return text.toString();
    }

    private static String line(String name, String value) {
        return " " + name + ":" + " ".repeat(Math.max(1, 18 - name.length())) + value + "\n";
    }
}
