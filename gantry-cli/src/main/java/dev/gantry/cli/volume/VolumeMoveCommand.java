package dev.gantry.cli.volume;

import dev.gantry.api.client.Dialer;
import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.EngineError;
import dev.gantry.api.client.Request;
import dev.gantry.api.client.Response;
import dev.gantry.api.json.Wire;
import dev.gantry.api.volume.Volume;
import dev.gantry.base.Conflict;
import dev.gantry.cli.Command;
import dev.gantry.cli.Engines;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.io.IOException;
import java.util.Map;

/// Moves a volume with its files to another engine. It goes from here only when all of it is there.
public final class VolumeMoveCommand implements Command {
    private final Engines engines;

    public VolumeMoveCommand(Engines engines) {
        this.engines = engines;
    }

    @Override
    public CommandLine line() {
        return Meter.addTo(Pause.addTo(new CommandLine("volume move", "VOLUME", "Move a volume to another engine")
                        .text("to", "address", "The other engine: unix:///path, ssh://user@host or tcp://host:port")
                        .text("to-context", "context", "The other engine, by a context of the docker client")
                        .text("name", "name", "Its name there; without it that which it has")
                        .toggle("keep", "Keep the volume here, too: a copy to another engine")
                        .takes(1, 1)))
                .example("gantry volume move data --to ssh://root@other")
                .example("gantry volume move data --to-context far")
                .example("gantry volume move data --to unix:///run/other.sock --name data2 --keep");
    }

    @Override
    public int run(Invocation call) throws IOException {
        Parsed args = call.args();
        String name = args.argument(0);
        if (args.isGiven("to") == args.isGiven("to-context")) {
            throw args.wrong("--to names the engine that shall have it, such as ssh://root@host, or --to-context");
        }
        requireNamed(args, "to");
        requireNamed(args, "to-context");
        Volume volume = Wire.json()
                .type(Volume.class)
                .fromJson(call.engine().raw(Request.get("/volumes/" + Request.segment(name))));
        if (!args.on("keep")) {
            requireUnused(call, name);
        }
        String there = args.isGiven("name") ? args.text("name") : name;
        try (EngineClient other = new EngineClient(other(call))) {
            String lastUse = send(call, volume, other, there);
            if (!args.on("keep")) {
                remove(call, name, lastUse);
            }
        }
        call.print(there);
        return 0;
    }

    /// An empty one, as of a variable that is not set, would be the engine that is meant without any flag.
    private static void requireNamed(Parsed args, String flag) {
        if (args.isGiven(flag) && args.text(flag).isBlank()) {
            throw args.wrong("--" + flag + " is empty, and no engine is named by that");
        }
    }

    private Dialer other(Invocation call) {
        Parsed args = call.args();
        return call.choice()
                .elsewhere(args.text("to"), args.text("to-context"))
                .endpoint(call.caller())
                .map(engines::at)
                .orElseGet(engines::local);
    }

    /// Before a byte is sent: in the end it could not be removed here.
    private static void requireUnused(Invocation call, String name) {
        String filters = "{\"volume\":{\"" + name + "\":true}}";
        if (!call.engine().containers(true, "", false, filters).isEmpty()) {
            throw new Conflict(
                    "move volume " + name,
                    "a container uses it",
                    "remove the container first, or copy the volume with --keep");
        }
    }

    /// Unless it has newer files by now: then both stay, and the user decides.
    private static void remove(Invocation call, String name, String lastUse) {
        try {
            call.engine().raw(Request.of("DELETE", "/volumes/" + Request.segment(name) + "?lastUse=" + lastUse));
        } catch (EngineError e) {
            if (e.status() != 409) {
                throw e;
            }
            throw new Conflict(
                    "move volume " + name,
                    "all of it is there, and it stays here, too: " + e.getMessage(),
                    "remove the one that you do not want",
                    e);
        }
    }

    /// Returns the last use of the volume before what was sent.
    private static String send(Invocation call, Volume volume, EngineClient other, String there) throws IOException {
        if (isThere(other, there)) {
            throw new Conflict(
                    "move volume " + volume.name(), "the other engine has a volume " + there, "give it a --name");
        }
        Map<String, String> options = volume.options() == null ? Map.of() : volume.options();
        Map<String, String> labels = volume.labels() == null ? Map.of() : volume.labels();
        Request request = VolumeRestoreCommand.request(there).with("new", true);
        request = with(request, "label", labels);
        // What is mounted from elsewhere arrives as files of its own.
        request = options.containsKey("device") ? request : with(request, "opt", options);
        try (Response files = call.engine()
                        .http()
                        .ask(VolumeBackupCommand.request(volume.name(), Pause.millis(call.args())));
                Meter sent = Meter.over(files, call, "sent")) {
            Pause.tell(call, files);
            other.copyVolume(request.stream(sent, "application/x-tar"));
            return files.header("gantry-last-use");
        }
    }

    private static Request with(Request request, String parameter, Map<String, String> pairs) {
        Request all = request;
        for (Map.Entry<String, String> pair : pairs.entrySet()) {
            all = all.with(parameter, pair.getKey() + "=" + pair.getValue());
        }
        return all;
    }

    private static boolean isThere(EngineClient other, String name) {
        try {
            other.raw(Request.get("/volumes/" + Request.segment(name)));
            return true;
        } catch (EngineError e) {
            if (e.status() == 404) {
                return false;
            }
            throw e;
        }
    }
}
